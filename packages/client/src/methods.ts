import { type AnyOperation, parseCopySource } from '@miniprogram-cos/protocol'
import type { COS } from './client'
import { getObjectContent } from './download/getObjectContent'
import { pick } from './options'
import { type ClientCore, execute } from './request/execute'
import type { ScopeReaders } from './request/prepare'
import { type Deletions, deletions, type TrashSteps, trashMethods } from './trash'

// The methods that only the full client has. They are loaded when one of them is first called: see lazy/methods.ts.

export { operations } from '@miniprogram-cos/protocol'
export { findOfficialUpload, officialUtil, staticAuthorization } from './compat'
export { sliceCopyFile } from './copy'
export { abortDownload, downloadFile } from './download/downloadFile'
export { requestAny } from './request/any'
export { abortUploadTask } from './upload/abort'
export { objectUrl, resolvedUrl } from './url'

/** Read the scope of operations that access something other than their own key. */
export const scopeReaders: ScopeReaders = {
  prefix: ({ Prefix }) => [{ prefix: String(Prefix || '') }],
  listedObjects: ({ Objects }) =>
    (Array.isArray(Objects) ? Objects : []).map(({ Key }) => ({ prefix: String(Key) })),
  copySource({ CopySource }, _, { CopySourceParser }) {
    const { Bucket, Region, Key } = parseCopySource(String(CopySource || ''), CopySourceParser)
    return [pick({ bucket: Bucket, region: Region, prefix: Key })]
  },
}

/** Returns what a method runs once its params are complete: its operation, or a step of its own. */
export function stepOf(
  cos: COS,
  name: string,
  operation: AnyOperation | undefined,
  // biome-ignore lint/suspicious/noExplicitAny: the params of any method
): (core: ClientCore, params: any) => Promise<object> {
  const { [name]: byFunction }: TrashSteps = trashMethods
  if (byFunction) return (_, params) => byFunction(cos, params)
  if (name === 'getObject') return getObjectContent
  // All other methods execute their operation.
  const run = (core: ClientCore, params: object) =>
    execute<object, object>(core, operation as AnyOperation, params)
  if (!cos._cloud || !operation) return run
  const { [name]: remove }: Deletions = deletions
  if (remove) return (core, params) => remove(cos, params, (rest) => run(core, rest))
  if (!operation.access.some(({ on }) => on === 'prefix')) return run
  // A list defaults to the caller's own folder.
  return async (core, { Prefix, ...params }) => {
    const { prefix } = Prefix === undefined ? await cos._place() : { prefix: Prefix }
    return run(core, { ...params, Prefix: prefix })
  }
}
