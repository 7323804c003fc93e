import {
  type GetObjectParams,
  type GetObjectResult,
  getObject,
  paramHeaders,
  type ResultMeta,
} from '@miniprogram-cos/protocol'
import { abortGroup, runPool } from '../concurrency'
import { loadUploads } from '../lazy/uploads'
import { pick } from '../options'
import { integrityError, isForeign } from '../request/errors'
import { type ClientCore, type ExecuteExtras, execute } from '../request/execute'
import { wxSlots } from '../wx/transfer'

/** Smaller objects come in one request: an end of the first would be followed by a round trip for nothing. */
const MIN_RANGED = 4 * 1024 * 1024

/** Parts that are under way, or wait in memory for one before them. */
const MAX_AHEAD = 16

/** An object that is fetched in ranges. All of them are of the same content. */
export interface RangedObject {
  /** Quoted. */
  ETag: string
  size: number
}

export type GetResult = GetObjectResult & ResultMeta

/** The server answers a range with the whole object. */
export class RangesUnsupported extends Error {}

/** Whether an object is the same in one request and in ranges: no processed image, no condition, no range itself. */
export function canFetchRanges(params: GetObjectParams): boolean {
  const { Query, QueryString } = params
  const isProcessed = Object.keys(Query || {}).some((name) => !/^response-/.test(name))
  const isConditional = Object.keys(paramHeaders(params)).some((name) =>
    /^(range$|if-)/i.test(name),
  )
  return !isProcessed && !isConditional && !QueryString
}

/**
 * Requests an object as a whole, but ends the request when its headers describe a large one, up to `maxSize`: that is
 * faster in ranges. Where a platform does not report the headers in time, the object comes as a whole.
 */
export async function getUnlessLarge(
  core: ClientCore,
  params: GetObjectParams,
  maxSize: number,
  extras: ExecuteExtras = {},
): Promise<{ whole: GetResult } | { large: RangedObject }> {
  const group = abortGroup(params.signal)
  let large: RangedObject | undefined
  const onHeaders = (headers: Record<string, string>, statusCode = 200) => {
    if (statusCode === 200) large = describeLarge(headers, maxSize)
    if (large) group.abort()
  }
  try {
    const request = { ...params, signal: group.signal }
    return { whole: await execute(core, getObject, request, { ...extras, onHeaders }) }
  } catch (error) {
    if (!large || params.signal?.aborted) throw error
    return { large }
  } finally {
    group.release()
  }
}

/** The object behind an answer, if it is large and its content comes as it is stored. */
function describeLarge(headers: Record<string, string>, maxSize: number): RangedObject | undefined {
  const { etag: ETag = '', 'content-length': length, 'content-encoding': encoding } = headers
  const size = Number(length)
  const isLarge = size >= MIN_RANGED && size <= maxSize
  const isRanged = headers['accept-ranges'] !== 'none' && !encoding && ETag[0] === '"'
  return isLarge && isRanged && !isForeign({ headers }) ? { ETag, size } : undefined
}

/** How the ranges of an object are fetched. */
export interface RangedFetch {
  /** The request for all of it. */
  params: GetObjectParams
  object: RangedObject
  /** The bytes before have arrived. */
  from: number
  partSize: number
  limit: number | 'auto'
  onLoaded: (loaded: number) => void
  /** Takes the next bytes. */
  take: (content: ArrayBuffer) => Promise<void> | void
}

/**
 * Fetches an object in ranges, several at a time, and passes its bytes on in their order.
 *
 * @returns as one request for all of it would, but for the content
 * @throws CosError `PreconditionFailed` when the object has changed; RangesUnsupported
 */
export async function fetchRanges(
  core: ClientCore,
  { params, object, from, partSize, limit, onLoaded, take }: RangedFetch,
): Promise<GetResult> {
  const { signal, abort, release } = abortGroup(params.signal)
  const auto = limit === 'auto' ? new (loadUploads().AutoLimit)() : undefined
  const fixed = Math.max(1, Number(limit) || 1)
  const starts = planRanges(from, object.size, partSize)
  /** Ranges that have arrived and not been read yet, by their position. */
  const arrived = new Map<number, ArrayBuffer>()
  let loaded = from
  let started = 0
  let taken = 0
  let taking = Promise.resolve()
  const takeNext = async () => {
    for (;;) {
      const start = starts[taken] ?? -1
      const content = arrived.get(start)
      if (!content) return
      await take(content)
      arrived.delete(start)
      taken++
    }
  }
  let last: GetResult | undefined
  const fetchPart = async (start: number) => {
    const length = (starts[++started] ?? object.size) - start
    const answer = await wxSlots().uploads.run(async () => {
      const end = auto?.begin(Date.now())
      const { content, ...result } = await getRange(
        core,
        { ...params, signal },
        object,
        start,
        length,
      )
      if (end) end(length, Date.now())
      arrived.set(start, content)
      return result
    })
    last = answer
    loaded += length
    onLoaded(loaded)
    taking = taking.then(takeNext)
    await taking
  }
  const free = () => (started - taken < MAX_AHEAD ? (auto?.current ?? fixed) : 0)
  try {
    onLoaded(loaded)
    await runPool(starts, free, fetchPart, abort)
  } finally {
    release()
  }
  return wholeOf(last as GetResult, object.size)
}

/**
 * Where the ranges begin. The first ones are smaller, so that they do not all end at once: the line would be idle until
 * the next ones begin.
 */
function planRanges(from: number, size: number, partSize: number): number[] {
  const starts: number[] = []
  for (let start = from; start < size; ) {
    starts.push(start)
    start += Math.ceil(partSize * Math.min(1, starts.length / 4))
  }
  return starts
}

/** One range, which must be of the object that is expected. */
async function getRange(
  core: ClientCore,
  params: GetObjectParams,
  { ETag, size }: RangedObject,
  start: number,
  length: number,
): Promise<GetResult & { content: ArrayBuffer }> {
  const { Key, signal } = params
  const range = `${start}-${start + length - 1}`
  const group = abortGroup(signal)
  let isWhole = false
  const onHeaders = (headers: Record<string, string>, statusCode?: number) => {
    // Or each part would be the whole object.
    isWhole = statusCode === 200 && Number(headers['content-length']) > length
    if (isWhole) group.abort()
  }
  const request: GetObjectParams = {
    ...params,
    DataType: 'arraybuffer',
    Range: `bytes=${range}`,
    IfMatch: ETag,
    signal: group.signal,
  }
  const tries = core.options.ChunkRetryTimes + 1
  try {
    for (let attempt = 1; ; attempt++) {
      const result = await execute(core, getObject, request, { tries, onHeaders })
      const { Body, statusCode, headers } = result
      const wanted = `bytes ${range}/${size}`
      const { 'content-range': sent = wanted, etag = ETag } = headers
      if (statusCode !== 206 || sent !== wanted) throw new RangesUnsupported()
      if (typeof Body !== 'string' && Body.byteLength === length && etag === ETag) {
        return { ...result, Body: '', content: Body }
      }
      if (attempt < tries) continue
      const message = `${Key}: the range ${range} has another length or ETag than announced`
      throw integrityError('KitDamagedDownload', message)
    }
  } catch (error) {
    throw isWhole && !signal?.aborted ? new RangesUnsupported() : error
  } finally {
    group.release()
  }
}

/** The result of a range as that of a request for the whole object. */
function wholeOf(result: GetResult, size: number): GetResult {
  const headers = { ...pick(result.headers, /^(?!content-range$)/), 'content-length': String(size) }
  return { ...result, statusCode: 200, headers }
}
