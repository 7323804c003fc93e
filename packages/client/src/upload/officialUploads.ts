import { hexMd5 } from '../hash/md5'
import { load } from '../wx/wxStorage'
import { type Finder, listArrived } from './goOnWith'
import { readLocalFile } from './localFile'
import type { Multipart, PartDone } from './multipart'
import type { Part } from './planParts'

/** Where cos-wx-sdk-v5 keeps its uploads: `[uuid, UploadId, seconds][]` as JSON, newest first. */
const OFFICIAL_KEY = 'cos_sdk_upload_cache'

/** Uploads of this path that cos-wx-sdk-v5 began. Its keys say nothing of the content. */
function officialIds(path: string): string[] {
  let stored = load(OFFICIAL_KEY)
  try {
    stored = JSON.parse(stored as string)
  } catch {
    // No text: it is stored as it is, or not at all.
  }
  const own = hexMd5(path)
  const ids: string[] = []
  for (const entry of Array.isArray(stored) ? stored : []) {
    const [uuid, UploadId] = Array.isArray(entry) ? entry : []
    if (typeof UploadId === 'string' && String(uuid).indexOf(own) === 0) ids.push(UploadId)
  }
  return ids
}

/** An upload that was begun before the app switched from cos-wx-sdk-v5. */
export const findOfficialUpload: Finder = async (upload) => {
  for (const UploadId of officialIds(String(upload.params.FilePath))) {
    const parts = await listArrived(upload, UploadId)
    if (parts && (await areOfThisFile(upload, parts))) return [UploadId, parts]
  }
  return undefined
}

/** Whether the parts hold what the file holds. Slow, and so only for uploads that another client began. */
async function areOfThisFile(
  { params, parts: plan, fileSize, onHashed }: Multipart,
  parts: PartDone[],
): Promise<boolean> {
  let hashed = 0
  for (const { PartNumber, ETag } of parts) {
    const { position, length } = plan[PartNumber - 1] as Part
    const content = await readLocalFile(params.FilePath, { position, length, fileSize })
    if (`"${hexMd5(content)}"` !== ETag) return false
    hashed += length
    onHashed(hashed)
  }
  return true
}
