import { parseCopySource } from '@miniprogram-cos/protocol'
import { pick } from './options'
import type { ScopeReaders } from './request/prepare'

// The methods that only the full client has. A client loads them when one is first called: see lazy/methods.ts.

export { operations } from '@miniprogram-cos/protocol'
export { findOfficialUpload, officialUtil, staticAuthorization } from './compat'
export { sliceCopyFile } from './copy'
export { abortDownload, downloadFile } from './download/downloadFile'
export { getObjectContent } from './download/getObjectContent'
export { requestAny } from './request/any'
export { deletions, trashMethods } from './trash'
export { abortUploadTask } from './upload/abort'
export { objectUrl } from './url'

/** How operations name what they access, where that is not their own key. */
export const scopeReaders: ScopeReaders = {
  prefix: ({ Prefix }) => [{ prefix: String(Prefix ?? '') }],
  listedObjects: ({ Objects }) =>
    (Array.isArray(Objects) ? Objects : []).map(({ Key }) => ({ prefix: String(Key) })),
  copySource({ CopySource }, _, { CopySourceParser }) {
    const { Bucket, Region, Key } = parseCopySource(String(CopySource ?? ''), CopySourceParser)
    return [pick({ bucket: Bucket, region: Region, prefix: Key })]
  },
}
