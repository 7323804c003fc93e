import {
  type CosError,
  type MultipartListPartResult,
  multipartListPart,
} from '@miniprogram-cos/protocol'
import { perform } from '../request/perform'
import { freeUpload } from './freeUpload'
import type { Multipart, PartDone } from './multipart'
import { forget, remembered } from './resumeStore'

/** Looks for an upload that another client began: its id, and what of it is on the server. */
export type Finder = (upload: Multipart) => Promise<[string, PartDone[]] | undefined>

/**
 * Finds an upload that this file may go on with, and what of it is on the server: the one of this task's
 * last run, one remembered by the file's content, or one that another client began. A new key costs no
 * request. `memo.UploadId` says which was found.
 */
export async function goOnWith(upload: Multipart): Promise<PartDone[]> {
  const { core, target, memo, unfinished } = upload
  const digest = async () => {
    const found = await upload.digest()
    upload.onHashed(upload.fileSize)
    return found
  }
  const { UploadId } = memo
  if (UploadId) {
    // The file may have changed since: parts of two contents must never become one object.
    const isSame = !memo.digest || memo.digest === (await digest())
    const parts = isSame && (await listArrived(upload, UploadId))
    if (parts) return parts
    forget(UploadId)
    if (!isSame) await freeUpload(core, { ...target, UploadId })
    delete memo.UploadId
  }
  const entries = remembered(unfinished)
  const found = entries.length && (await digest())
  for (const entry of entries) {
    if (!entry.digest) {
      // The app was ended before it knew what the file held: nobody can tell what these parts are of.
      forget(entry.UploadId)
      await freeUpload(core, { ...target, UploadId: entry.UploadId })
      continue
    }
    if (entry.digest !== found) continue
    const parts = await listArrived(upload, entry.UploadId)
    if (parts) {
      memo.UploadId = entry.UploadId
      return parts
    }
    forget(entry.UploadId)
  }
  for (const find of core.finders) {
    const [id, parts] = (await find(upload)) || []
    if (parts) {
      memo.UploadId = id as string
      return parts
    }
  }
  return []
}

/** The parts on the server that are of this plan; undefined when the upload is gone or of another plan. */
export async function listArrived(
  { core, target, signal, parts }: Multipart,
  UploadId: string,
): Promise<PartDone[] | undefined> {
  const found: PartDone[] = []
  let PartNumberMarker: string | undefined
  do {
    let page: MultipartListPartResult
    try {
      const params = { ...target, UploadId, signal, PartNumberMarker }
      page = (await perform(core, multipartListPart, params)) as MultipartListPartResult
    } catch (error) {
      // Completed, given up, of another key, or not ours to see: a new upload is begun instead.
      if (/^(NoSuchUpload|AccessDenied)$/.test((error as CosError).code)) return undefined
      throw error
    }
    for (const { PartNumber, ETag, Size } of page.Part) {
      const { length } = parts[Number(PartNumber) - 1] || {}
      if (length !== Number(Size)) return undefined
      found.push({ PartNumber: Number(PartNumber), ETag })
    }
    PartNumberMarker = page.IsTruncated === 'true' ? page.NextPartNumberMarker : undefined
  } while (PartNumberMarker)
  return found
}
