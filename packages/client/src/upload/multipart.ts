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
import { progressReporter } from '../callbacks'
import { abortError, createAbortController, defer, runPool } from '../concurrency'
import { pick } from '../options'
import { locationOf, resolveTarget, type Target } from '../request/buildRequest'
import { asCosError, integrityError } from '../request/errors'
import { type ClientCore, type ExecuteOptions, execute } from '../request/execute'
import { partLimit } from '../tasks/autoLimit'
import { type TaskMemo, type TaskRun, taskReporter, type UploadTaskParams } from '../tasks/task'
import { fileDigest, readLocalFile } from '../wx/files'
import {
  findResumableUpload,
  freeUpload,
  runningUploadIds,
  storedUploads,
  type UnfinishedUpload,
} from './resume'
import type { UploadFileParams } from './uploadFile'

const MIB = 1024 * 1024

/** A planned part of a file. */
export interface Part {
  PartNumber: number
  position: number
  length: number
}

/** A part that COS has stored. */
export interface PartDone {
  PartNumber: number
  ETag: string
}

/** The part size for a file: the preferred one, or the smallest power of two MiB that needs at most `maxParts` parts. */
export function partSizeFor(fileSize: number, preferred: number, maxParts: number): number {
  let size = MIB
  while (Math.ceil(fileSize / size) > maxParts) size *= 2
  return Math.max(size, preferred)
}

/** Divides a file into parts of equal size; the last one may be smaller. */
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

/** The state of one multipart upload, which its steps share. */
export interface MultipartUpload {
  core: ClientCore
  params: UploadFileParams
  signal: AbortSignalLike
  /** Keeps the UploadId for the next run, and for aborting the upload. */
  memo: TaskMemo
  _onLoaded: (loaded: number) => void
  /** Called with the number of bytes compared with the parts of an earlier run. */
  _onHashed: (bytes: number) => void
  target: Target
  parts: Part[]
  _fileSize: number
  /** The entry that is stored for resuming. */
  _unfinished: UnfinishedUpload
  /** Aborts the pending requests. */
  abort: () => void
  /** Hashes the file, at most once per run; undefined if the system cannot. */
  digest: () => Promise<string | undefined>
}

/**
 * Uploads a file in parts. Only the parts being sent are in memory. Parts that an earlier upload of this file has sent are
 * not sent again, even after a restart of the app. After a failure, the parts are kept if the next attempt can find them,
 * and freed otherwise.
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
    run._onHash(progress)
    return params.onHashProgress && params.onHashProgress(progress)
  })
  const target = resolveTarget({ ...params }, options)
  const preferred = Number(params.ChunkSize || options.ChunkSize)
  const partSize = partSizeFor(fileSize, preferred, options.MaxPartNumber)
  const parts = planParts(fileSize, partSize)
  const unfinished = { ...target, size: fileSize, partSize }
  let hashing: Promise<string | undefined> | undefined
  const digest = () => {
    hashing = hashing || fileDigest(params.FilePath).catch(() => undefined)
    return hashing
  }
  const { signal, abort, _unfollow: unfollow } = createAbortController(run.signal)
  const file = { parts, _fileSize: fileSize, _unfinished: unfinished, digest }
  const upload: MultipartUpload = {
    core,
    params,
    target,
    ...file,
    signal,
    abort,
    memo,
    _onLoaded: onLoaded,
    _onHashed: onHashed,
  }
  // Whether the next attempt can find the upload: an earlier run of this task may have stored the digest.
  let isStored = memo.digest !== undefined
  let storing: Promise<void> | undefined
  try {
    const arrived = await findResumableUpload(upload)
    if (signal.aborted) throw abortError()
    if (!memo.UploadId) {
      // Without the signal: an upload whose id is lost could never be aborted.
      const unabortable = { ...params, signal: undefined }
      const init = await execute(core, multipartInit, unabortable)
      if (!init.UploadId) throw integrityError('KitNoUploadId', 'the response has no UploadId')
      memo.UploadId = init.UploadId
      if (signal.aborted) throw abortError()
    }
    const { UploadId } = memo
    runningUploadIds.add(UploadId)
    const store = (fileMd5?: string) => {
      const stored = { ...unfinished, ...pick({ digest: fileMd5 }), UploadId }
      return storedUploads.put(stored, options.UploadIdCacheLimit)
    }
    // Before the first part, so that the upload can be found after a crash at any later time.
    store(memo.digest)
    // Not awaited: the system reads the file while the first parts are sent.
    storing = digest().then((fileMd5) => {
      if (!fileMd5 || memo.UploadId !== UploadId) return
      isStored = store(fileMd5)
      memo.digest = fileMd5
    })
    const sent = await sendParts(upload, UploadId, arrived)
    const result = await completeUpload(upload, UploadId, sent)
    delete memo.UploadId
    storedUploads.remove(UploadId)
    runningUploadIds.delete(UploadId)
    return { ...result, UploadId }
  } catch (error) {
    const failure = asCosError(error)
    // After a pause or a cancellation the task decides what becomes of the parts.
    if (failure.kind !== 'abort') {
      const isUsable = canContinue(failure)
      if (isUsable) await storing
      if (!isUsable || !isStored) await abortUpload(core, target, memo)
    }
    throw wrapped(failure)
  } finally {
    if (memo.UploadId) runningUploadIds.delete(memo.UploadId)
    unfollow()
  }
}

/** Whether a next attempt could use the parts: not those of a file that has changed, or of an upload that no longer exists. */
const canContinue = ({ kind, code }: CosError): boolean =>
  kind !== 'integrity' && kind !== 'argument' && code !== 'NoSuchUpload'

/** Nests the error of a multipart upload as cos-wx-sdk-v5 does: apps read `error.error.error.Code`. */
function wrapped(failure: CosError): CosError {
  const { kind, code, message, error, statusCode } = failure
  if (kind !== 'service') return failure
  const fields = typeof error === 'object' && error
  return cosError(kind, code, message, { ...failure, error: { ...fields, error, statusCode } })
}

/** Headers that COS requires with each part. */
const PART_HEADERS = /^x-cos-(traffic-limit|mime-limit|server-side-encryption-customer-.*)$/i

/** Sends the missing parts concurrently; the first failure aborts the others. */
async function sendParts(
  {
    core,
    params,
    target,
    parts,
    _fileSize: fileSize,
    signal,
    abort,
    _onLoaded: onLoaded,
  }: MultipartUpload,
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
  const limit = partLimit(params.AsyncLimit ?? ChunkParallelLimit)
  const Headers = pick(paramHeaders(params), PART_HEADERS)
  const send = async ({ PartNumber, position, length }: Part) => {
    // A part is read only when it can be sent.
    const { ETag } = await limit.run(length, async () => {
      if (signal.aborted) throw abortError()
      const Body = await readLocalFile(params.FilePath, { position, length, fileSize })
      if (Body.byteLength !== length) {
        throw integrityError('KitFileChanged', `${params.FilePath} changed during the upload`)
      }
      const part = { ...target, UploadId, signal, Headers, PartNumber, Body }
      return execute(core, multipartUpload, part, { _tries: ChunkRetryTimes + 1 })
    })
    if (!ETag) throw integrityError('KitNoETag', `part ${PartNumber} has no ETag`)
    done.push({ PartNumber, ETag })
    loaded += length
    onLoaded(loaded)
    // Within the interval it is not reported, and the next part may take long.
    defer(() => signal.aborted || onLoaded(loaded), core.options.ProgressInterval)
  }
  await runPool(missing, limit._current, send, abort)
  return done.sort((a, b) => a.PartNumber - b.PartNumber)
}

/** Headers of multipartComplete. */
const COMPLETE_HEADERS = /^(x-cos-(meta-.*|forbid-overwrite)|pic-operations)$/i

/** The upload to complete. Only the headers of its params are used. */
type Completion = Pick<MultipartUpload, 'core' | 'target' | '_fileSize' | 'signal'> & {
  params: object
}

/**
 * Completes an upload. If the response was lost, the retry fails with NoSuchUpload or FileAlreadyExists. Size, number of
 * parts and age of the object then show whether the first attempt has created it.
 */
export async function completeUpload(
  { core, params, target, _fileSize: fileSize, signal }: Completion,
  UploadId: string,
  Parts: PartDone[],
): Promise<MultipartCompleteResult> {
  const startTime = Date.now()
  let isRetried = false
  const extras: ExecuteOptions = {
    _onRetry() {
      isRetried = true
    },
  }
  try {
    const Headers = pick(paramHeaders(params), COMPLETE_HEADERS)
    const upload = { ...target, UploadId, signal, Headers, Parts }
    return await execute(core, multipartComplete, upload, extras)
  } catch (error) {
    const { code } = asCosError(error)
    if (!isRetried || (code !== 'NoSuchUpload' && code !== 'FileAlreadyExists')) throw error
    const head = await execute(core, headObject, { ...target, signal })
    const { date = '', 'last-modified': modified = '', 'content-length': length } = head.headers
    const { Bucket, Key } = target
    // Compares only dates of the server, which are in whole seconds.
    const isOlder = Date.parse(date) - Date.parse(modified) > Date.now() - startTime + 2000
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
  storedUploads.remove(UploadId)
  await freeUpload(core, { ...resolveTarget({ ...params }, core.options), UploadId })
}
