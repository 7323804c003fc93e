export type {
  AbortSignalLike,
  Advice,
  CosErrorKind,
  UploadProgress,
} from '@miniprogram-cos/protocol'
export { CosError, isCosError } from '@miniprogram-cos/protocol'
export type { CallerPlace } from './credentials/cloud'
export type { HttpOptions } from './credentials/function'
export {
  type FormCloudOptions,
  FormCOS as COS,
  type FormOptions,
  type FormUploadParams,
  type FormUploadResult,
} from './formClient'
