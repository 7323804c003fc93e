import {
  type CosError,
  cosError,
  type MultipartCompleteResult,
  multipartInit,
} from '@miniprogram-cos/protocol'
import { abortGroup } from '../abort/abortGroup'
import { abortError } from '../abort/unlessAborted'
import type { ClientCore } from '../core'
import { pick } from '../pick'
import { perform } from '../request/perform'
import { type Params, prepare } from '../request/prepare'
import type { TaskMemo } from '../tasks/task'
import { fileDigest } from '../wx/wxFiles'
import { completeMultipart } from './completeMultipart'
import { freeUpload } from './freeUpload'
import { goOnWith } from './goOnWith'
import { integrityError } from './integrityError'
import type { Multipart, MultipartRun } from './multipart'
import { partSizeFor, planParts } from './planParts'
import { claim, forget, release as releaseUpload, remember } from './resumeStore'
import { sendParts } from './sendParts'

/**
 * Uploads a file in parts. Only the parts under way are in memory. Parts that an earlier run of this file
 * has sent, in this start of the app or before, are not sent again. When it fails, what has arrived stays
 * for the next try if that could find it, and is freed if not.
 */
export async function uploadMultipart(
  core: ClientCore,
  params: Params,
  fileSize: number,
  { signal: outer, memo, onLoaded, onHashed }: MultipartRun,
): Promise<MultipartCompleteResult & { UploadId: string }> {
  const { options } = core
  const { Bucket, Region, Key } = prepare(multipartInit, params, core)
  const target = { Bucket, Region, Key }
  const wanted = Number(params.ChunkSize || options.ChunkSize)
  const partSize = partSizeFor(fileSize, wanted, options.MaxPartNumber)
  const parts = planParts(fileSize, partSize)
  const unfinished = { ...target, size: fileSize, partSize }
  let asked: Promise<string | undefined> | undefined
  const digest = () => {
    asked = asked || fileDigest(String(params.FilePath)).catch(() => undefined)
    return asked
  }
  const { signal, abort, release } = abortGroup(outer)
  const plan = { core, params, target, parts, fileSize, unfinished, digest }
  const upload: Multipart = { ...plan, signal, giveUp: abort, memo, onLoaded, onHashed }
  // From an earlier run of this task.
  let isRemembered = memo.digest !== undefined
  let remembering: Promise<void> | undefined
  try {
    const arrived = await goOnWith(upload)
    if (signal.aborted) throw abortError()
    if (!memo.UploadId) {
      // Not cut short: an upload that was begun and whose id nobody heard could never be freed.
      const uncut = { ...params, signal: undefined }
      const begun = (await perform(core, multipartInit, uncut)) as { UploadId?: string }
      if (!begun.UploadId) throw integrityError('KitNoUploadId', 'the answer names no UploadId')
      memo.UploadId = begun.UploadId
      if (signal.aborted) throw abortError()
    }
    const { UploadId } = memo
    claim(UploadId)
    const keep = (digest?: string) =>
      remember({ ...unfinished, ...pick({ digest }), UploadId }, options.UploadIdCacheLimit)
    // Before the first part: an app that is ended any time later finds it at its next start.
    keep(memo.digest)
    // Not waited for: the system reads the file while the first parts go out.
    remembering = digest().then((found) => {
      if (!found || memo.UploadId !== UploadId) return
      isRemembered = keep(found)
      memo.digest = found
    })
    const sent = await sendParts(upload, UploadId, arrived)
    const result = await completeMultipart(upload, UploadId, sent)
    delete memo.UploadId
    forget(UploadId)
    releaseUpload(UploadId)
    return { ...result, UploadId }
  } catch (error) {
    // Paused or cancelled: whoever did it decides. A file that changed can never be gone on with.
    const { kind, code } = error as CosError
    const isLost = /^(integrity|argument)$/.test(kind) || code === 'NoSuchUpload'
    if (kind !== 'abort') {
      // A failure may come before the digest that finds what has arrived again.
      if (!isLost) await remembering
      if (isLost || !isRemembered) await abandonMultipart(core, target, memo)
    }
    throw wrapped(error as CosError)
  } finally {
    if (memo.UploadId) releaseUpload(memo.UploadId)
    release()
  }
}

/** cos-wx-sdk-v5 wraps what ends an upload in parts, so that apps look for `error.error.error.Code`. */
function wrapped(failure: CosError): CosError {
  const { kind, code, message, error, statusCode } = failure
  if (kind !== 'service') return failure
  const own = typeof error === 'object' && error
  return cosError(kind, code, message, { ...failure, error: { ...own, error, statusCode } })
}

/** Gives an upload up for good: its parts on the server, and the memory of it. */
export async function abandonMultipart(
  core: ClientCore,
  { Bucket, Region, Key }: Params,
  memo: TaskMemo,
): Promise<void> {
  const { UploadId } = memo
  if (!UploadId) return
  delete memo.UploadId
  forget(UploadId)
  await freeUpload(core, { Bucket, Region, Key, UploadId })
}
