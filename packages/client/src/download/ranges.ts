import {
  type GetObjectParams,
  type GetObjectResult,
  getObject,
  paramHeaders,
  type ResultMeta,
} from '@miniprogram-cos/protocol'
import { createAbortController, runPool } from '../concurrency'
import { pick } from '../options'
import { asCosError, integrityError, isNotFromCos } from '../request/errors'
import { type ClientCore, type ExecuteOptions, execute } from '../request/execute'
import { verifyContent } from '../request/integrity'
import { partLimit } from '../tasks/autoLimit'

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
  extras?: ExecuteOptions,
): Promise<{ whole: GetResult } | { large: RangedObject }> {
  let large: RangedObject | undefined
  const isLarge = (headers: Headers, statusCode = 200) => {
    large = statusCode === 200 ? describeLarge(headers, maxSize) : undefined
    return large !== undefined
  }
  const whole = await getUnless(isLarge, core, params, extras)
  // It is undefined only if the object is large.
  return whole ? { whole } : { large: large as RangedObject }
}

type Headers = Record<string, string>

/** Sends a request that is aborted if its response headers are refused. @returns undefined in that case */
async function getUnless(
  isRefused: (headers: Headers, statusCode?: number) => boolean,
  core: ClientCore,
  params: GetObjectParams,
  extras?: ExecuteOptions,
): Promise<GetResult | undefined> {
  const controller = createAbortController(params.signal)
  let wasRefused = false
  const onHeaders = (headers: Headers, statusCode?: number) => {
    wasRefused = isRefused(headers, statusCode)
    if (wasRefused) controller.abort()
  }
  try {
    const request = { ...params, signal: controller.signal }
    return await execute(core, getObject, request, { ...extras, onHeaders })
  } catch (error) {
    if (!wasRefused || (params.signal && params.signal.aborted)) throw error
    return undefined
  } finally {
    controller._unfollow()
  }
}

/** Reads the response headers; undefined unless the object is large and is sent as it is stored. */
function describeLarge(headers: Record<string, string>, maxSize: number): RangedObject | undefined {
  const { etag: ETag = '', 'content-length': length, 'content-encoding': encoding } = headers
  const size = Number(length)
  const isLarge = size >= MIN_RANGED && size <= maxSize
  const isRanged = headers['accept-ranges'] !== 'none' && !encoding && ETag[0] === '"'
  return isLarge && isRanged && !isNotFromCos({ headers }) ? { ETag, size } : undefined
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
  const { signal, abort, _unfollow: unfollow } = createAbortController(params.signal)
  const { _current: current, run } = partLimit(limit)
  const starts = planRanges(from, object.size, partSize)
  const writer = new OrderedWriter(starts, take)
  let loaded = from
  let started = 0
  let last: GetResult | undefined
  const fetchPart = async (start: number) => {
    const length = (starts[++started] || object.size) - start
    last = await run(length, async () => {
      const part = await getRange(core, { ...params, signal }, object, start, length)
      const { content, ...result } = part
      writer.add(start, content)
      return result
    })
    loaded += length
    onLoaded(loaded)
    await writer.flush()
  }
  const currentLimit = () => (started - writer.taken < MAX_AHEAD ? current() : 0)
  try {
    onLoaded(loaded)
    await runPool(starts, currentLimit, fetchPart, abort)
  } finally {
    unfollow()
  }
  return asWholeResult(last as GetResult, object.size)
}

/** Passes on ranges in the order of their positions, whatever the order in which they arrive. */
class OrderedWriter {
  /** The number of ranges that have been passed on. */
  taken = 0
  private readonly _arrived = new Map<number, ArrayBuffer>()
  private _taking = Promise.resolve()

  constructor(
    private readonly _starts: number[],
    private readonly _take: RangedFetch['take'],
  ) {}

  add(start: number, content: ArrayBuffer): void {
    this._arrived.set(start, content)
  }

  /** Passes on what is next, one range after the other. */
  flush(): Promise<void> {
    this._taking = this._taking.then(async () => {
      for (;;) {
        const start = this._starts[this.taken] as number
        const content = this._arrived.get(start)
        if (!content) return
        await this._take(content)
        this._arrived.delete(start)
        this.taken++
      }
    })
    return this._taking
  }
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
  const range = `${start}-${start + length - 1}`
  const request: GetObjectParams = {
    ...params,
    DataType: 'arraybuffer',
    Range: `bytes=${range}`,
    IfMatch: ETag,
  }
  // Without this, each range would download the whole object.
  const isWhole = (headers: Headers, statusCode?: number) =>
    statusCode === 200 && Number(headers['content-length']) > length
  const tries = core.options.ChunkRetryTimes + 1
  for (let attempt = 1; ; attempt++) {
    const result = await getUnless(isWhole, core, request, { _tries: tries })
    if (!result) throw new RangesUnsupported()
    const { Body, statusCode, headers } = result
    const expectedRange = `bytes ${range}/${size}`
    const { 'content-range': contentRange = expectedRange, etag = ETag } = headers
    if (statusCode !== 206 || contentRange !== expectedRange) throw new RangesUnsupported()
    if (typeof Body !== 'string' && Body.byteLength === length && etag === ETag) {
      return { ...result, Body: '', content: Body }
    }
    if (attempt < tries) continue
    const message = `${params.Key}: the range ${range} has another length or ETag than announced`
    throw integrityError('KitDamagedDownload', message)
  }
}

/** Turns the result of a range into that of a request for the whole object. */
function asWholeResult(result: GetResult, size: number): GetResult {
  const headers = { ...pick(result.headers, /^(?!content-range$)/), 'content-length': String(size) }
  return { ...result, statusCode: 200, headers }
}

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
    await verifyContent(result.Body, result.headers)
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
