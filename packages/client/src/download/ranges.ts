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

/** Smaller objects are read in one request: ranges would cost a further round trip. */
const MIN_RANGED = 4 * 1024 * 1024

/** Ranges that are being fetched, or are in memory until the ranges before them have arrived. */
const MAX_AHEAD = 16

/** An object that is fetched in ranges. The ETag makes sure that all of them are of the same content. */
export interface RangedObject {
  /** Quoted. */
  ETag: string
  size: number
}

export type GetResult = GetObjectResult & ResultMeta

/** The server answers a range with the whole object. */
export class RangesUnsupported extends Error {}

/** Whether the object can be requested in ranges: not a processed image, a conditional request, or itself a range. */
export function canFetchRanges(params: GetObjectParams): boolean {
  const { Query, QueryString } = params
  const isProcessed = Object.keys(Query || {}).some((name) => !/^response-/.test(name))
  const isConditional = Object.keys(paramHeaders(params)).some((name) =>
    /^(range$|if-)/i.test(name),
  )
  return !isProcessed && !isConditional && !QueryString
}

/**
 * Requests a whole object, but aborts the request if the response headers describe a large object of up to `maxSize`
 * bytes, which is faster in ranges. Where the platform does not report the headers in time, the whole object is read.
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

/** Reads the response headers; undefined unless the object is large and is sent as it is stored. */
function describeLarge(headers: Record<string, string>, maxSize: number): RangedObject | undefined {
  const { etag: ETag = '', 'content-length': length, 'content-encoding': encoding } = headers
  const size = Number(length)
  const isLarge = size >= MIN_RANGED && size <= maxSize
  const isRanged = headers['accept-ranges'] !== 'none' && !encoding && ETag[0] === '"'
  return isLarge && isRanged && !isForeign({ headers }) ? { ETag, size } : undefined
}

/** Options of `fetchRanges`. */
export interface RangedFetch {
  /** The params of a request for the whole object. */
  params: GetObjectParams
  object: RangedObject
  /** The position of the first missing byte. */
  from: number
  partSize: number
  limit: number | 'auto'
  onLoaded: (loaded: number) => void
  /** Receives the next bytes, in order. */
  take: (content: ArrayBuffer) => Promise<void> | void
}

/**
 * Fetches an object in concurrent ranges, and passes its bytes to `take` in order.
 *
 * @returns the result of one request for the whole object, without the content
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
  /** Ranges that have arrived but not been passed on, by position. */
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
  const currentLimit = () => (started - taken < MAX_AHEAD ? (auto?.current ?? fixed) : 0)
  try {
    onLoaded(loaded)
    await runPool(starts, currentLimit, fetchPart, abort)
  } finally {
    release()
  }
  return wholeOf(last as GetResult, object.size)
}

/**
 * Plans where the ranges begin. The first ones are smaller and of different sizes, so that they do not all end at the
 * same time and leave the connection idle.
 */
function planRanges(from: number, size: number, partSize: number): number[] {
  const starts: number[] = []
  for (let start = from; start < size; ) {
    starts.push(start)
    start += Math.ceil(partSize * Math.min(1, starts.length / 4))
  }
  return starts
}

/** Fetches one range. @throws CosError `PreconditionFailed` if the object has another ETag; RangesUnsupported */
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
    // Without this, each range would download the whole object.
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
      const expectedRange = `bytes ${range}/${size}`
      const { 'content-range': contentRange = expectedRange, etag = ETag } = headers
      if (statusCode !== 206 || contentRange !== expectedRange) throw new RangesUnsupported()
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

/** Turns the result of a range into that of a request for the whole object. */
function wholeOf(result: GetResult, size: number): GetResult {
  const headers = { ...pick(result.headers, /^(?!content-range$)/), 'content-length': String(size) }
  return { ...result, statusCode: 200, headers }
}
