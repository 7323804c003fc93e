import { CosError, type MultipartCompleteResult } from '@miniprogram-cos/protocol'
import { type ClientCore, perform } from '../request/perform'
import type { Params } from '../request/prepare'
import { abortGroup } from './abortGroup'
import { partSizeFor, planParts } from './planParts'
import { runPool } from './pool'

/** Params that describe parts, not the object: the first request does not carry them. */
const PART_PARAMS = ['TrafficLimit', 'SSECustomerAlgorithm', 'SSECustomerKey', 'SSECustomerKeyMD5']

/**
 * Uploads a file in parts. Only the parts under way are in memory. When it fails, is cancelled, or a
 * part cannot be read, the parts that arrived are freed on the server.
 */
export async function uploadMultipart(
  core: ClientCore,
  params: Params,
  fileSize: number,
  onLoaded: (loaded: number) => void,
): Promise<MultipartCompleteResult & { UploadId: string }> {
  const { options } = core
  const target = { Bucket: params.Bucket, Region: params.Region, Key: params.Key }
  const { signal: outer, ...described } = params
  const group = abortGroup(outer as Params['signal'] as never)
  const initiated = (await perform(core, 'multipartInit', { ...described, signal: outer })) as {
    UploadId: string
  }
  const { UploadId } = initiated
  try {
    const parts = planParts(fileSize, partSizeFor(fileSize, partSizeOf(params, options.ChunkSize)))
    const done: { PartNumber: number; ETag: string }[] = []
    let loaded = 0
    onLoaded(0)
    await runPool(parts, options.ChunkParallelLimit, async ({ PartNumber, position, length }) => {
      try {
        const Body = await readPart(core, params, { position, length, fileSize })
        const sent = (await perform(
          core,
          'multipartUpload',
          { ...target, ...pick(params), UploadId, PartNumber, Body, signal: group.signal },
          { tries: options.ChunkRetryTimes + 1 },
        )) as { ETag: string }
        requireETag(sent.ETag, PartNumber)
        done.push({ PartNumber, ETag: sent.ETag })
      } catch (error) {
        // The others cannot save the upload any more.
        group.abort()
        throw error
      }
      loaded += length
      onLoaded(loaded)
    })
    const Parts = done.sort((a, b) => a.PartNumber - b.PartNumber)
    const completed = await perform(core, 'multipartComplete', {
      ...target,
      ...metaOf(params),
      UploadId,
      Parts,
      signal: group.signal,
    })
    return { ...(completed as MultipartCompleteResult), UploadId }
  } catch (error) {
    await perform(core, 'multipartAbort', { ...target, UploadId }).catch(() => {
      // The first failure is the one to report.
    })
    throw error
  } finally {
    group.release()
  }
}

function partSizeOf(params: Params, fallback: number): number {
  return Number(params.ChunkSize ?? fallback)
}

async function readPart(
  { platform }: ClientCore,
  params: Params,
  range: { position: number; length: number; fileSize: number },
): Promise<ArrayBuffer> {
  const { position, length } = range
  const path = String(params.FilePath)
  const bytes = await platform.readFile(path, range).catch((cause: unknown) => {
    throw new CosError({
      kind: 'argument',
      code: 'KitFileUnreadable',
      message: `cannot read ${path} at ${position}: ${(cause as Error).message}`,
      cause,
    })
  })
  if (bytes.byteLength === length) return bytes
  throw new CosError({
    kind: 'integrity',
    code: 'KitFileChanged',
    message: `${path} gave ${bytes.byteLength} bytes at ${position} instead of ${length}: it changed during the upload`,
  })
}

/** Without the part's ETag the upload cannot be completed. */
function requireETag(etag: string, part: number): void {
  if (etag) return
  throw new CosError({
    kind: 'integrity',
    code: 'KitNoETag',
    message: `part ${part} was answered without an ETag`,
  })
}

function pick(params: Params): Params {
  const picked: Params = {}
  for (const name of PART_PARAMS) {
    if (params[name] !== undefined) picked[name] = params[name]
  }
  return picked
}

/** Completion repeats the metadata, as the official client does. */
function metaOf(params: Params): Params {
  const meta: Params = {}
  for (const name of Object.keys(params)) {
    if (name.indexOf('x-cos-meta-') === 0) meta[name] = params[name]
  }
  return meta
}
