import {
  type CosError,
  type MultipartListPartResult,
  multipartListPart,
} from '@miniprogram-cos/protocol'
import type { AbortGroup } from '../abort/abortGroup'
import { hexMd5 } from '../hash/md5'
import { type ClientCore, perform } from '../request/perform'
import type { Params } from '../request/prepare'
import { freeUpload } from './freeUpload'
import { readLocalFile } from './localFile'
import type { PartDone } from './multipart'
import type { Part } from './planParts'
import type { ResumeStore, UnfinishedUpload } from './resumeStore'

/** What may be known of an earlier run. */
export interface Earlier {
  store: ResumeStore
  memo: { UploadId?: string; digest?: string }
  unfinished: Omit<UnfinishedUpload, 'digest'>
  plan: { parts: Part[]; fileSize: number }
  digest: () => Promise<string | undefined>
}

/**
 * Finds an upload that this file may go on with, and what of it is on the server: the one of this task's
 * last run, one remembered by the file's content, or one that cos-wx-sdk-v5 began. A new key costs no
 * request. `memo.UploadId` says which was found.
 */
export async function goOnWith(
  core: ClientCore,
  params: Params,
  { store, memo, unfinished, plan, digest }: Earlier,
  group: AbortGroup,
): Promise<PartDone[]> {
  const target = { Bucket: unfinished.Bucket, Region: unfinished.Region, Key: unfinished.Key }
  const arrived = (UploadId: string) =>
    listArrived(core, { ...target, UploadId, signal: group.signal }, plan.parts)
  if (memo.UploadId) {
    // The file may have changed since: parts of two contents must never become one object.
    const isSame = !memo.digest || memo.digest === (await digest())
    const parts = isSame ? await arrived(memo.UploadId) : undefined
    if (parts) return parts
    store.forget(memo.UploadId)
    if (!isSame) await freeUpload(core, { ...target, UploadId: memo.UploadId })
    delete memo.UploadId
  }
  if (store.mayKnow(unfinished)) {
    const found = await digest()
    const UploadId = found && store.find({ ...unfinished, digest: found })
    const parts = UploadId && (await arrived(UploadId))
    if (parts) {
      memo.UploadId = UploadId
      return parts
    }
    if (UploadId) store.forget(UploadId)
  }
  for (const UploadId of store.official(String(params.FilePath))) {
    const parts = await arrived(UploadId)
    if (!parts || !(await areOfThisFile(params, parts, plan))) continue
    memo.UploadId = UploadId
    return parts
  }
  return []
}

/** The parts on the server that are of this plan; undefined when the upload is gone or of another plan. */
async function listArrived(
  core: ClientCore,
  upload: Params,
  plan: Part[],
): Promise<PartDone[] | undefined> {
  const found: PartDone[] = []
  let PartNumberMarker: string | undefined
  do {
    let page: MultipartListPartResult
    try {
      const params = { ...upload, ...(PartNumberMarker ? { PartNumberMarker } : {}) }
      page = (await perform(core, multipartListPart, params)) as MultipartListPartResult
    } catch (error) {
      // Completed, given up, of another key, or not ours to see: a new upload is begun instead.
      const { code } = error as CosError
      if (code === 'NoSuchUpload' || code === 'AccessDenied') return undefined
      throw error
    }
    for (const { PartNumber, ETag, Size } of page.Part) {
      if (plan[Number(PartNumber) - 1]?.length !== Number(Size)) return undefined
      found.push({ PartNumber: Number(PartNumber), ETag })
    }
    PartNumberMarker = page.IsTruncated === 'true' ? page.NextPartNumberMarker : undefined
  } while (PartNumberMarker)
  return found
}

/** Whether the parts hold what the file holds. Slow, and so only for uploads that another client began. */
async function areOfThisFile(
  params: Params,
  parts: PartDone[],
  { parts: plan, fileSize }: Earlier['plan'],
): Promise<boolean> {
  for (const { PartNumber, ETag } of parts) {
    const { position, length } = plan[PartNumber - 1] as Part
    const content = await readLocalFile(params.FilePath, { position, length, fileSize })
    if (`"${hexMd5(content)}"` !== ETag) return false
  }
  return true
}
