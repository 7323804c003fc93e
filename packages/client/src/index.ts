export type * from '@miniprogram-cos/protocol'
export { CosError, isCosError } from '@miniprogram-cos/protocol'
export type { Callback } from './callbacks'
export { COS } from './client'
export type { AuthorizationParams } from './compat'
export type { SliceCopyFileParams } from './copy'
export type { HttpOptions } from './credentials/callFunction'
export type {
  CallerInfo,
  CallerPlace,
  CloudOptions,
  FunctionOptions,
} from './credentials/functionProvider'
export type {
  AnswerCallback,
  AuthorizationAnswer,
  AuthorizationRequest,
  GetAuthorization,
  GetSTS,
  ProviderResult,
  ScopeEntry,
  SecretAnswer,
  SignatureAnswer,
  TemporaryKeyAnswer,
} from './credentials/provider'
export type { DownloadFileParams, DownloadFileResult } from './download/downloadFile'
export type { RequestParams } from './methods'
export type { Method, OperationMethods } from './operationMethods'
export type { COSOptions } from './options'
export type { TaskInfo, TaskState } from './tasks/task'
export type { ListTrashParams, ListTrashResult, RestoreParams, TrashMethods } from './trash'
export type { AbortUploadTaskParams, AbortUploadTaskResult } from './upload/abort'
export type {
  PreparedContent,
  PrepareUpload,
  UploadFileParams,
  UploadFileResult,
  UploadFilesParams,
  UploadFilesResult,
} from './upload/uploadFile'
export type { CloudCOSOptions, HttpCOSOptions } from './uploadClient'
export type { GetObjectUrlParams } from './url'
export type { WxLike } from './wx/wx'
