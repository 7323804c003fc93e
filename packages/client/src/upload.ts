export type * from '@miniprogram-cos/protocol'
export { CosError, isCosError } from '@miniprogram-cos/protocol'
export type { CallerPlace, CloudOptions, FunctionOptions } from './credentials/cloud'
export type { HttpOptions } from './credentials/function'
export type {
  AuthorizationAnswer,
  AuthorizationRequest,
  GetAuthorization,
  GetSTS,
  ScopeEntry,
  SignatureAnswer,
  TemporaryKeyAnswer,
} from './credentials/provider'
export type { Callback } from './events'
export type { COSOptions } from './options'
export type { TaskInfo, TaskState } from './upload/task'
export type {
  PreparedContent,
  PrepareUpload,
  UploadFileParams,
  UploadFileResult,
  UploadFilesParams,
  UploadFilesResult,
} from './upload/uploadFile'
export { type CloudCOSOptions, type HttpCOSOptions, UploadCOS as COS } from './uploadClient'
export type { WxLike } from './wx/wx'
