import { type AnyOperation, parseCopySource } from '@miniprogram-cos/protocol'
import type { COS, MethodName } from './client'
import { getObjectContent } from './download/getObjectContent'
import { pick } from './options'
import { type ClientCore, execute } from './request/execute'
import type { ScopeReaders } from './request/prepare'
import { type Deletions, deletions, type TrashSteps, trashMethods } from './trash'

// The methods that only the full client has. A client loads them when one is first called: see lazy/methods.ts.

export { operations } from '@miniprogram-cos/protocol'
export { findOfficialUpload, officialUtil, staticAuthorization } from './compat'
export { sliceCopyFile } from './copy'
export { abortDownload, downloadFile } from './download/downloadFile'
export { requestAny } from './request/any'
export { abortUploadTask } from './upload/abort'
export { objectUrl, resolvedUrl } from './url'

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

/** What a method does once its params are complete: it executes its operation, unless a function does the work. */
export function stepOf(
  cos: COS,
  name: MethodName,
  operation: AnyOperation | undefined,
  // biome-ignore lint/suspicious/noExplicitAny: the params of any method
): (core: ClientCore, params: any) => Promise<object> {
  const { [name]: byFunction }: TrashSteps = trashMethods
  if (byFunction) return (_, params) => byFunction(cos, params)
  if (name === 'getObject') return getObjectContent
  // All other methods are operations.
  const run = (core: ClientCore, all: object) =>
    execute<object, object>(core, operation as AnyOperation, all)
  const { [name]: remove }: Deletions = deletions
  return cos._cloud && remove
    ? (core, params) => remove(cos, params, (rest) => run(core, rest))
    : run
}
