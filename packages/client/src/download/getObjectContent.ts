import { type GetObjectParams, getObject } from '@miniprogram-cos/protocol'
import { loadIntegrity } from '../lazy/integrity'
import { asCosError } from '../request/errors'
import { type ClientCore, execute } from '../request/execute'
import {
  canFetchRanges,
  fetchRanges,
  type GetResult,
  getUnlessLarge,
  RangesUnsupported,
} from './ranges'

/** Larger objects come as WeChat reads them: the memory for ranges is taken before they arrive. */
const MAX_RANGED = 100 * 1024 * 1024

/**
 * Reads an object. One of 4 to 100 MiB that is read as bytes comes in ranges, several at a time: over a distance one
 * connection carries only a share of what the line can. The result is the same. An object that changes meanwhile is
 * read once again from its beginning.
 */
export async function getObjectContent(
  core: ClientCore,
  params: GetObjectParams,
): Promise<GetResult> {
  const readWhole = () => execute(core, getObject, params)
  if (params.DataType !== 'arraybuffer' || !canFetchRanges(params)) return readWhole()
  const result = await readBytes(core, params, readWhole)
  if (core.options.VerifyDownload) {
    await loadIntegrity().verifyContent(result.Body, result.headers)
  }
  return result
}

async function readBytes(
  core: ClientCore,
  params: GetObjectParams,
  readWhole: () => Promise<GetResult>,
): Promise<GetResult> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await getUnlessLarge(core, params, MAX_RANGED)
    if ('whole' in outcome) return outcome.whole
    const { large } = outcome
    const content = new Uint8Array(large.size)
    let position = 0
    try {
      const result = await fetchRanges(core, {
        params,
        object: large,
        from: 0,
        partSize: core.options.ChunkSize,
        limit: 'auto',
        onLoaded() {},
        take(bytes) {
          content.set(new Uint8Array(bytes), position)
          position += bytes.byteLength
        },
      })
      return { ...result, Body: content.buffer }
    } catch (error) {
      if (error instanceof RangesUnsupported) return readWhole()
      if (attempt > 1 || asCosError(error).code !== 'PreconditionFailed') throw error
    }
  }
}
