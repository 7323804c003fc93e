import {
  type ChosenFile,
  type ComponentClient,
  type ComponentOptions,
  configure,
  refreshFileLists,
} from './client'
import type { Upload, UploadState } from './uploads/upload'

export type { ChosenFile, ComponentClient, ComponentOptions, Upload, UploadState }
export { configure, refreshFileLists }
