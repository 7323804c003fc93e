export type * from '@miniprogram-cos/protocol'
export { CosError, isCosError } from '@miniprogram-cos/protocol'
export type { Callback } from './callbacks'
export type { HttpOptions } from './credentials/callFunction'
export type {
  CallerInfo,
  CallerPlace,
  CloudOptions,
  FunctionOptions,
} from './credentials/functionProvider'
export type {
  AuthorizationAnswer,
  AuthorizationRequest,
  GetAuthorization,
  GetSTS,
  ScopeEntry,
  SignatureAnswer,
  TemporaryKeyAnswer,
} from './credentials/provider'
export type { COSOptions } from './options'
export type { TaskInfo, TaskState } from './tasks/task'
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
