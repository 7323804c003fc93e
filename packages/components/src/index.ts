import {
  type ChosenFile,
  type ComponentClient,
  type ComponentOptions,
  configure,
  refreshFileLists,
} from './client'
import { type FileKind, fileKind, formatSize, formatTime } from './file'
import type { Upload, UploadState } from './uploads/upload'

export type { ChosenFile, ComponentClient, ComponentOptions, FileKind, Upload, UploadState }
export { configure, fileKind, formatSize, formatTime, refreshFileLists }
