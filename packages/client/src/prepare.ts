export { CosError, isCosError } from '@miniprogram-cos/protocol'
export type { CompressOptions } from './prepare/compressPicture'
export {
  type ChosenFile,
  type FileDescription,
  type FileLimits,
  type FileRefusal,
  type PreparedFile,
  type PreparedUpload,
  type PrepareOptions,
  type PrepareStep,
  prepareFile,
  prepareUpload,
  type UploadContent,
} from './prepare/prepareFile'
