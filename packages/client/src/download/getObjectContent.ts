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

/** Larger objects are read in one request: ranges need memory for the whole object before any byte has arrived. */
const MAX_RANGED = 100 * 1024 * 1024

/**
 * Reads an object. With `DataType: 'arraybuffer'`, an object of 4 to 100 MiB is read in concurrent ranges, because over a
 * long distance one connection uses only part of the bandwidth. The result is the same as that of one request. If the
 * object changes meanwhile, it is read again from the beginning, once.
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
