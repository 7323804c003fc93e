export type * from '@miniprogram-cos/protocol'
export { CosError, isCosError } from '@miniprogram-cos/protocol'
export type { Callback } from './callback'
export type { CallerPlace, CloudOptions } from './cloud/cloudCredentials'
export type {
  AuthorizationAnswer,
  AuthorizationRequest,
  GetAuthorization,
  GetSTS,
  ScopeEntry,
  SignatureAnswer,
  TemporaryKeyAnswer,
} from './credentials/answers'
export type { COSOptions } from './options'
export type { TaskInfo, TaskState } from './tasks/taskInfo'
export type { UploadFileParams, UploadFileResult } from './upload/uploadFile'
export type { UploadFilesParams, UploadFilesResult } from './upload/uploadFiles'
export { type CloudCOSOptions, UploadCOS as COS } from './uploadCos'
export type { WxLike } from './wx/wxLike'
