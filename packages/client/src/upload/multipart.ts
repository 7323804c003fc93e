import {
  type AbortSignalLike,
  type CosError,
  cosError,
  type HeadObjectResult,
  headObject,
  type MultipartCompleteResult,
  multipartComplete,
  multipartInit,
  multipartUpload,
  paramHeaders,
} from '@miniprogram-cos/protocol'
import { abortGroup } from '../abort/abortGroup'
import { abortError } from '../abort/unlessAborted'
import { pick } from '../pick'
import { type ClientCore, perform } from '../request/perform'
import { type Params, prepare } from '../request/prepare'
import { fileDigest } from '../wx/wxFiles'
import { AutoLimit } from './autoLimit'
import { freeUpload } from './freeUpload'
import { goOnWith } from './goOnWith'
import { readLocalFile } from './localFile'
import { type Part, partSizeFor, planParts } from './planParts'
import { runPool } from './pool'
import { ResumeStore } from './resumeStore'
import { partSlots } from './slots'

/** Headers that COS wants with each part, however they are given. */
const PART_HEADERS = /^x-cos-(?:traffic-limit|mime-limit|server-side-encryption-customer-.*)$/i

/** Headers that count when the object comes to be. */
const COMPLETE_HEADERS = /^(?:x-cos-meta-.*|pic-operations)$/i

/** What an upload in parts may use beside the client's core. */
export interface MultipartRun {
  signal: AbortSignalLike | undefined
  /** Holds the UploadId for the next run, and for whoever gives the upload up. */
  memo: { UploadId?: string; digest?: string }
  onLoaded: (loaded: number) => void
}

/**
 * Uploads a file in parts. Only the parts under way are in memory. Parts that an earlier run of this file
 * has sent, in this start of the app or before, are not sent again. When it fails, what has arrived stays
 * for the next try if that could find it, and is freed if not.
 */
export async function uploadMultipart(
  core: ClientCore,
  params: Params,
  fileSize: number,
  { signal, memo, onLoaded }: MultipartRun,
): Promise<MultipartCompleteResult & { UploadId: string }> {
  const { options } = core
  const group = abortGroup(signal)
  const store = new ResumeStore(options.UploadIdCacheLimit)
  const { Bucket, Region, Key } = prepare(multipartInit, params, options)
  const target = { Bucket, Region, Key }
  const wanted = Number(params.ChunkSize ?? options.ChunkSize)
  const partSize = partSizeFor(fileSize, wanted, options.MaxPartNumber)
  const plan = { parts: planParts(fileSize, partSize), fileSize }
  const unfinished = { ...target, size: fileSize, partSize }
  const digest = digestOnce(String(params.FilePath))
  // From an earlier run of this task.
  let isRemembered = memo.digest !== undefined
  let remembering: Promise<void> | undefined
  try {
    const arrived = await goOnWith(core, params, { store, memo, unfinished, plan, digest }, group)
    if (group.signal.aborted) throw abortError()
    if (!memo.UploadId) {
      // Not cut short: an upload that was begun and whose id nobody heard could never be freed.
      const { signal: _, ...uncut } = params
      const begun = (await perform(core, multipartInit, uncut)) as { UploadId?: string }
      if (!begun.UploadId) throw integrityError('KitNoUploadId', 'the answer names no UploadId')
      memo.UploadId = begun.UploadId
      if (group.signal.aborted) throw abortError()
    }
    const { UploadId } = memo
    // Not waited for: the system reads the file while the first parts go out.
    remembering = digest().then((found) => {
      if (!found || memo.UploadId !== UploadId) return
      isRemembered = true
      memo.digest = found
      store.remember({ ...unfinished, digest: found }, UploadId)
    })
    const upload = { ...target, UploadId, signal: group.signal }
    const run = { giveUp: group.abort, onLoaded, arrived }
    const Parts = await sendParts(core, params, upload, plan, run)
    const result = await complete(core, params, { ...upload, Parts }, fileSize)
    delete memo.UploadId
    store.forget(UploadId)
    return { ...result, UploadId }
  } catch (error) {
    // Paused or cancelled: whoever did it decides. A file that changed can never be gone on with.
    const { kind, code } = error as CosError
    const isLost = kind === 'integrity' || kind === 'argument' || code === 'NoSuchUpload'
    // A failure may come before the digest that finds what has arrived again.
    if (kind !== 'abort' && !isLost) await remembering
    if (memo.UploadId && kind !== 'abort' && (isLost || !isRemembered)) {
      store.forget(memo.UploadId)
      await freeUpload(core, { ...target, UploadId: memo.UploadId })
      delete memo.UploadId
    }
    throw error
  } finally {
    group.release()
  }
}

/** Gives an upload up for good: its parts on the server, and the memory of it. */
export async function abandonMultipart(
  core: ClientCore,
  params: Params,
  memo: { UploadId?: string },
): Promise<void> {
  const { UploadId } = memo
  if (!UploadId) return
  delete memo.UploadId
  new ResumeStore(core.options.UploadIdCacheLimit).forget(UploadId)
  const { Bucket, Region, Key } = params
  await freeUpload(core, { Bucket, Region, Key, UploadId })
}

/** A file is hashed once a run, and only if somebody asks; undefined when the system cannot. */
function digestOnce(path: string): () => Promise<string | undefined> {
  let asked: Promise<string | undefined> | undefined
  return () => {
    asked ??= fileDigest(path).catch(() => undefined)
    return asked
  }
}

export interface PartDone {
  PartNumber: number
  ETag: string
}

interface SendRun {
  giveUp: () => void
  onLoaded: (loaded: number) => void
  /** What is on the server already. */
  arrived: PartDone[]
}

/** Sends the parts that are missing, a few at a time; the first failure ends the others too. */
async function sendParts(
  core: ClientCore,
  params: Params,
  upload: Params,
  { parts, fileSize }: { parts: Part[]; fileSize: number },
  { giveUp, onLoaded, arrived }: SendRun,
): Promise<PartDone[]> {
  const { options } = core
  const done = [...arrived]
  const isThere = (number: number) => arrived.some(({ PartNumber }) => PartNumber === number)
  const missing = parts.filter(({ PartNumber }) => !isThere(PartNumber))
  let loaded = fileSize - missing.reduce((sum, { length }) => sum + length, 0)
  onLoaded(loaded)
  const limit = params.AsyncLimit ?? options.ChunkParallelLimit
  const auto = limit === 'auto' ? new AutoLimit() : undefined
  const fixed = Math.max(1, Number(limit) || 1)
  const send = async ({ PartNumber, position, length }: Part) => {
    // A part is read when it may go out, not before.
    const sent = await partSlots.run(async () => {
      if ((upload.signal as AbortSignalLike).aborted) throw abortError()
      const ended = auto?.begin(Date.now())
      const Body = await readLocalFile(params.FilePath, { position, length, fileSize })
      if (Body.byteLength !== length) {
        throw integrityError('KitFileChanged', `${params.FilePath} changed during the upload`)
      }
      const part = { ...upload, Headers: headersLike(params, PART_HEADERS), PartNumber, Body }
      const tries = { tries: options.ChunkRetryTimes + 1 }
      const answer = (await perform(core, multipartUpload, part, tries)) as { ETag: string }
      ended?.(length, Date.now())
      return answer
    })
    if (!sent.ETag)
      throw integrityError('KitNoETag', `part ${PartNumber} was answered without ETag`)
    done.push({ PartNumber, ETag: sent.ETag })
    loaded += length
    onLoaded(loaded)
  }
  await runPool(missing, () => auto?.current ?? fixed, send, giveUp)
  return done.sort((a, b) => a.PartNumber - b.PartNumber)
}

/**
 * Completes the upload. When an answer was lost, the repetition finds the upload gone: then the object
 * itself tells whether the first try did it.
 */
async function complete(
  core: ClientCore,
  params: Params,
  upload: Params & { Parts: PartDone[] },
  fileSize: number,
): Promise<MultipartCompleteResult> {
  let wasLost = false
  try {
    return (await perform(
      core,
      multipartComplete,
      { ...upload, Headers: headersLike(params, COMPLETE_HEADERS) },
      {
        onRepeat: () => {
          wasLost = true
        },
      },
    )) as MultipartCompleteResult
  } catch (error) {
    if (!wasLost || (error as CosError).code !== 'NoSuchUpload') throw error
    const { Bucket, Region, Key, signal, Parts } = upload
    const head = (await perform(core, headObject, {
      Bucket,
      Region,
      Key,
      signal,
    })) as HeadObjectResult
    const isOurs =
      head.headers['content-length'] === String(fileSize) &&
      head.ETag.indexOf(`-${Parts.length}"`) > 0
    if (!isOurs) throw error
    const location = prepare(headObject, { Bucket, Region, Key }, core.options).location
    return { ...head, Location: location, Bucket: String(Bucket), Key: String(Key) }
  }
}

function integrityError(code: string, message: string): CosError {
  return cosError('integrity', code, message)
}

/** The headers of an upload that one of its requests repeats. */
function headersLike(params: Params, names: RegExp): Params {
  return pick(paramHeaders(params), names)
}
