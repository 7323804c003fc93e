// Code that only some uploads need. Loaded with the first of them: see lazy/uploads.ts.

export { StoredList } from './storedList'
export { AutoLimit, partLimit } from './upload/autoLimit'
export {
  abortUpload,
  completeUpload,
  partSizeFor,
  planParts,
  uploadInParts,
} from './upload/multipart'
export { freeUpload, listParts } from './upload/resume'
export { compareFile, confirmByHead } from './upload/verify'
