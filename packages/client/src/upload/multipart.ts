import {
  type AbortSignalLike,
  type CosError,
  cosError,
  headObject,
  type MultipartCompleteResult,
  multipartComplete,
  multipartInit,
  multipartUpload,
  type ObjectParams,
  paramHeaders,
} from '@miniprogram-cos/protocol'
import { abortError, abortGroup, runPool } from '../concurrency'
import { progressReporter } from '../events'
import { pick } from '../options'
import { asCosError, integrityError } from '../request/errors'
import { type ClientCore, type ExecuteExtras, execute } from '../request/execute'
import { locationOf, resolveTarget, type Target } from '../request/prepare'
import { fileDigest, readLocalFile } from '../wx/files'
import { wxSlots } from '../wx/transfer'
import { AutoLimit } from './autoLimit'
import {
  active,
  findResumableUpload,
  forget,
  freeUpload,
  remember,
  type UnfinishedUpload,
} from './resume'
import { type TaskMemo, type TaskRun, taskReporter, type UploadTaskParams } from './task'
import type { UploadFileParams } from './uploadFile'

const MIB = 1024 * 1024

/** A part of the plan. */
export interface Part {
  PartNumber: number
  position: number
  length: number
}

/** A part that is on the server. */
export interface PartDone {
  PartNumber: number
  ETag: string
}

/** The part size that a file needs: the wanted one, or the next power of two MiB that makes few enough parts. */
export function partSizeFor(fileSize: number, wanted: number, maxParts: number): number {
  let size = MIB
  while (Math.ceil(fileSize / size) > maxParts) size *= 2
  return Math.max(size, wanted)
}

/** Cuts a file into parts of equal size, the last one smaller. */
export function planParts(fileSize: number, partSize: number): Part[] {
  const parts: Part[] = []
  for (let position = 0; position < fileSize; position += partSize) {
    parts.push({
      PartNumber: parts.length + 1,
      position,
      length: Math.min(partSize, fileSize - position),
    })
  }
  return parts
}

/** One multipart upload, as its steps see it. */
export interface MultipartUpload {
  core: ClientCore
  params: UploadFileParams
  signal: AbortSignalLike
  /** Holds the UploadId for the next run, and for whoever aborts the upload. */
  memo: TaskMemo
  onLoaded: (loaded: number) => void
  /** Bytes that have been compared with what an earlier run has sent. */
  onHashed: (bytes: number) => void
  target: Target
  parts: Part[]
  fileSize: number
  /** The entry that is stored for resuming. */
  unfinished: UnfinishedUpload
  /** Ends the requests under way: a part has failed for good. */
  abort: () => void
  /** The file is hashed once a run, and only if it is needed; undefined when the system cannot. */
  digest: () => Promise<string | undefined>
}

/**
 * Uploads a file in parts. Only the parts under way are in memory. Parts that an earlier run of this file has sent,
 * in this start of the app or before, are not sent again. After a failure, what has arrived stays for the next try if
 * that can find it, and is freed if not.
 */
export async function uploadInParts(
  core: ClientCore,
  params: UploadTaskParams,
  run: TaskRun,
  fileSize: number,
): Promise<MultipartCompleteResult & { UploadId: string }> {
  const { options } = core
  const { memo } = run
  const onLoaded = taskReporter(core, params, run, fileSize)
  const onHashed = progressReporter(fileSize, options.ProgressInterval, (progress) => {
    run.hash(progress)
    return params.onHashProgress && params.onHashProgress(progress)
  })
  const target = resolveTarget({ ...params }, options)
  const wanted = Number(params.ChunkSize || options.ChunkSize)
  const partSize = partSizeFor(fileSize, wanted, options.MaxPartNumber)
  const parts = planParts(fileSize, partSize)
  const unfinished = { ...target, size: fileSize, partSize }
  let hashing: Promise<string | undefined> | undefined
  const digest = () => {
    hashing = hashing || fileDigest(params.FilePath).catch(() => undefined)
    return hashing
  }
  const { signal, abort, release: releaseSignal } = abortGroup(run.signal)
  const plan = { core, params, target, parts, fileSize, unfinished, digest }
  const upload: MultipartUpload = { ...plan, signal, abort, memo, onLoaded, onHashed }
  // By an earlier run of this task.
  let isRemembered = memo.digest !== undefined
  let remembering: Promise<void> | undefined
  try {
    const arrived = await findResumableUpload(upload)
    if (signal.aborted) throw abortError()
    if (!memo.UploadId) {
      // Not aborted by the signal: an upload whose id is lost could never be aborted.
      const uncut = { ...params, signal: undefined }
      const begun = await execute(core, multipartInit, uncut)
      if (!begun.UploadId) throw integrityError('KitNoUploadId', 'no UploadId in the answer')
      memo.UploadId = begun.UploadId
      if (signal.aborted) throw abortError()
    }
    const { UploadId } = memo
    active.add(UploadId)
    const keep = (found?: string) =>
      remember({ ...unfinished, ...pick({ digest: found }), UploadId }, options.UploadIdCacheLimit)
    // Before the first part: an app that is ended any time later finds it at its next start.
    keep(memo.digest)
    // Not awaited: the system reads the file while the first parts are sent.
    remembering = digest().then((found) => {
      if (!found || memo.UploadId !== UploadId) return
      isRemembered = keep(found)
      memo.digest = found
    })
    const sent = await sendParts(upload, UploadId, arrived)
    const result = await completeUpload(upload, UploadId, sent)
    delete memo.UploadId
    forget(UploadId)
    active.delete(UploadId)
    return { ...result, UploadId }
  } catch (error) {
    const failure = asCosError(error)
    const { kind, code } = failure
    // After a pause or cancellation the task decides. A changed file can never be resumed.
    const isLost = kind === 'integrity' || kind === 'argument' || code === 'NoSuchUpload'
    if (kind !== 'abort') {
      // A failure may come before the digest by which the next try finds what has arrived.
      if (!isLost) await remembering
      if (isLost || !isRemembered) await abortUpload(core, target, memo)
    }
    throw wrapped(failure)
  } finally {
    if (memo.UploadId) active.delete(memo.UploadId)
    releaseSignal()
  }
}

/** cos-wx-sdk-v5 wraps what ends a multipart upload, so that apps look for `error.error.error.Code`. */
function wrapped(failure: CosError): CosError {
  const { kind, code, message, error, statusCode } = failure
  if (kind !== 'service') return failure
  const own = typeof error === 'object' && error
  return cosError(kind, code, message, { ...failure, error: { ...own, error, statusCode } })
}

/** Headers that COS wants with each part, however they are given. */
const PART_HEADERS = /^x-cos-(traffic-limit|mime-limit|server-side-encryption-customer-.*)$/i

/** Sends the missing parts, a few at a time; the first failure ends the others too. */
async function sendParts(
  { core, params, target, parts, fileSize, signal, abort, onLoaded }: MultipartUpload,
  UploadId: string,
  arrived: PartDone[],
): Promise<PartDone[]> {
  const { ChunkParallelLimit, ChunkRetryTimes } = core.options
  const done = [...arrived]
  const missing = parts.filter(
    (part) => !arrived.some(({ PartNumber }) => PartNumber === part.PartNumber),
  )
  let loaded = fileSize
  for (const { length } of missing) loaded -= length
  onLoaded(loaded)
  const limit = params.AsyncLimit ?? ChunkParallelLimit
  const auto = limit === 'auto' ? new AutoLimit() : undefined
  const fixed = Math.max(1, Number(limit) || 1)
  const Headers = pick(paramHeaders(params), PART_HEADERS)
  const send = async ({ PartNumber, position, length }: Part) => {
    // A part is read only when it can be sent.
    const { ETag } = await wxSlots().uploads.run(async () => {
      if (signal.aborted) throw abortError()
      const end = auto?.begin(Date.now())
      const Body = await readLocalFile(params.FilePath, { position, length, fileSize })
      if (Body.byteLength !== length) {
        throw integrityError('KitFileChanged', `${params.FilePath} changed during the upload`)
      }
      const part = { ...target, UploadId, signal, Headers, PartNumber, Body }
      const sent = await execute(core, multipartUpload, part, { tries: ChunkRetryTimes + 1 })
      if (end) end(length, Date.now())
      return sent
    })
    if (!ETag) throw integrityError('KitNoETag', `part ${PartNumber} has no ETag`)
    done.push({ PartNumber, ETag })
    loaded += length
    onLoaded(loaded)
  }
  await runPool(missing, () => (auto ? auto.current : fixed), send, abort)
  return done.sort((a, b) => a.PartNumber - b.PartNumber)
}

/** Headers that count when the object is created. */
const COMPLETE_HEADERS = /^(x-cos-(meta-.*|forbid-overwrite)|pic-operations)$/i

/** The upload to complete. Of its params, only headers are used. */
type Completion = Pick<MultipartUpload, 'core' | 'target' | 'fileSize' | 'signal'> & {
  params: object
}

/**
 * Completes an upload. If a response was lost, the retry fails with NoSuchUpload or FileAlreadyExists:
 * then size, number of parts and age of the object show whether the first attempt created it.
 */
export async function completeUpload(
  { core, params, target, fileSize, signal }: Completion,
  UploadId: string,
  Parts: PartDone[],
): Promise<MultipartCompleteResult> {
  const begun = Date.now()
  let isRepeated = false
  const extras: ExecuteExtras = {
    onRepeat() {
      isRepeated = true
    },
  }
  try {
    const Headers = pick(paramHeaders(params), COMPLETE_HEADERS)
    const upload = { ...target, UploadId, signal, Headers, Parts }
    return await execute(core, multipartComplete, upload, extras)
  } catch (error) {
    const { code } = asCosError(error)
    if (!isRepeated || (code !== 'NoSuchUpload' && code !== 'FileAlreadyExists')) throw error
    const head = await execute(core, headObject, { ...target, signal })
    const { date = '', 'last-modified': modified = '', 'content-length': length } = head.headers
    const { Bucket, Key } = target
    // By the server's clock alone; its dates are in whole seconds.
    const isOlder = Date.parse(date) - Date.parse(modified) > Date.now() - begun + 2000
    const isOurs =
      !isOlder && length === String(fileSize) && head.ETag.indexOf(`-${Parts.length}"`) > 0
    if (!isOurs) throw error
    return { ...head, Location: locationOf(target, core.options), Bucket, Key }
  }
}

/** Aborts an upload on the server, and removes its stored entry. */
export async function abortUpload(
  core: ClientCore,
  params: ObjectParams,
  memo: TaskMemo,
): Promise<void> {
  const { UploadId } = memo
  if (!UploadId) return
  delete memo.UploadId
  forget(UploadId)
  await freeUpload(core, { ...resolveTarget({ ...params }, core.options), UploadId })
}
