export type * from '@miniprogram-cos/protocol'
export { CosError, isCosError } from '@miniprogram-cos/protocol'
export type { Callback } from './callback'
export type { CallerPlace, CloudOptions } from './cloud/cloudCredentials'
export type { SliceCopyFileParams } from './copy/sliceCopyFile'
export { COS, type Method, type OperationMethods } from './cos'
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
} from './credentials/answers'
export type { DownloadFileParams, DownloadFileResult } from './download/downloadFile'
export type { COSOptions } from './options'
export type { RequestParams } from './request/requestAny'
export type { AuthorizationParams } from './request/staticAuthorization'
export type { TaskInfo, TaskState } from './tasks/taskInfo'
export type { AbortUploadTaskParams, AbortUploadTaskResult } from './upload/abortUploadTask'
export type { UploadFileParams, UploadFileResult } from './upload/uploadFile'
export type { UploadFilesParams, UploadFilesResult } from './upload/uploadFiles'
export type { CloudCOSOptions } from './uploadCos'
export type { GetObjectUrlParams } from './url/getObjectUrl'
export type { WxLike } from './wx/wxLike'
