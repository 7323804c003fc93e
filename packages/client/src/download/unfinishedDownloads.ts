import { cosError } from '@miniprogram-cos/protocol'
import type { Target } from '../request/buildRequest'
import { platformCode } from '../request/failedRequest'
import { storedList } from '../upload/resume'
import { callFileSystem, statSize } from '../wx/files'
import { errorMessage, type WxFailure } from '../wx/wx'

/** The object and the file of a download. */
export interface DownloadTarget extends Target {
  VersionId?: string
  FilePath: string
}

/** A download that may be resumed. */
export interface UnfinishedDownload extends DownloadTarget {
  /** The file with the bytes that have arrived, from the beginning of the object. */
  partFile: string
  /** The ETag of the object that the bytes belong to. */
  ETag: string
  size: number
}

/** The downloads that may be resumed. */
const storedDownloads = () =>
  storedList<UnfinishedDownload>('miniprogram_cos_downloads', 'partFile')

/** Part files of running downloads. */
const claimedPartFiles = new Set<string>()

/** Claims a part file that no other running download uses. */
export function claimPartFile(FilePath: string): string {
  let name = `${FilePath}.part`
  for (let number = 2; claimedPartFiles.has(name); number++) name = `${FilePath}.part${number}`
  claimedPartFiles.add(name)
  return name
}

export const releasePartFile = (partFile: string): unknown => claimedPartFiles.delete(partFile)

/**
 * Finds an interrupted download of this object to this path, and claims its part file.
 *
 * @param previous the download of this task's last run
 */
export async function findUnfinished(
  target: DownloadTarget,
  previous: UnfinishedDownload | undefined,
): Promise<UnfinishedDownload | undefined> {
  const fields = ['Bucket', 'Region', 'Key', 'VersionId', 'FilePath'] as const
  const matches = (entry: UnfinishedDownload) =>
    fields.every((field) => entry[field] === target[field]) && !claimedPartFiles.has(entry.partFile)
  const unfinished = previous || storedDownloads().read().find(matches)
  if (!unfinished || claimedPartFiles.has(unfinished.partFile)) return undefined
  claimedPartFiles.add(unfinished.partFile)
  const arrived = await sizeOf(unfinished.partFile)
  if (arrived !== undefined && arrived <= unfinished.size) return unfinished
  releasePartFile(unfinished.partFile)
  await discardUnfinished(unfinished)
  return undefined
}

/** Stores a download so that it can be resumed after a restart of the app. Has no effect if the storage is full. */
export function storeUnfinished(unfinished: UnfinishedDownload, limit: number): void {
  const stored = storedDownloads()
  const before = stored.read()
  stored.put(unfinished, limit)
  const kept = stored.read().map(({ partFile }) => partFile)
  // Nothing else removes the part files of the dropped entries.
  for (const { partFile } of before) {
    if (!kept.includes(partFile) && !claimedPartFiles.has(partFile)) void removeFile(partFile)
  }
}

export const removeUnfinished = ({ partFile }: UnfinishedDownload): void =>
  storedDownloads().remove(partFile)

/** Forgets a download and removes its part file. */
export async function discardUnfinished(unfinished: UnfinishedDownload): Promise<void> {
  removeUnfinished(unfinished)
  await removeFile(unfinished.partFile)
}

/**
 * Maximum size of a file written by an app (1300202, "上限100M", FileSystemManager.appendFile page of WeChat's
 * documents). wx.downloadFile may write 200 MB.
 */
export const WRITE_LIMIT = 100 * 1024 * 1024

/** Whether the phone's storage, or the app's share of it, is full. */
export const isStorageFull = ({ errMsg = '', errno }: WxFailure): boolean =>
  errno === 1300202 || /storage limit|max file size|no space/i.test(errMsg)

/** Changes a local file. @throws CosError `KitStorageFull`, `KitFileUnwritable` or the result of platformCode */
async function change(name: string, path: string, options: object): Promise<void> {
  await callFileSystem(name, options).catch((cause: WxFailure) => {
    const message = `cannot write ${path}: ${errorMessage(cause)}`
    const code = isStorageFull(cause)
      ? 'KitStorageFull'
      : platformCode(cause) || 'KitFileUnwritable'
    throw cosError('argument', code, message, { cause })
  })
}

/** Writes to the end of a file, which is created at position 0. @throws CosError */
export const writeLocalFile = (filePath: string, position: number, data: ArrayBuffer) =>
  change(position ? 'appendFile' : 'writeFile', filePath, { filePath, data })

/** Renames a file. An existing file of the new name is replaced. @throws CosError */
export const moveFile = (oldPath: string, newPath: string): Promise<void> =>
  moveReplacing(newPath, () => change('rename', newPath, { oldPath, newPath }))

/** Saves a temporary file. An existing file at the destination is replaced. @throws CosError */
export const saveFile = (tempFilePath: string, filePath: string): Promise<void> =>
  moveReplacing(filePath, () => change('saveFile', filePath, { tempFilePath, filePath }))

/** Moves a file. Some file systems refuse to replace a file, so the destination is removed first then. */
async function moveReplacing(path: string, move: () => Promise<void>): Promise<void> {
  await move().catch(async () => {
    await removeFile(path)
    await move()
  })
}

/** Removes a file if it exists. Never rejects. */
const removeFile = (filePath: string): Promise<unknown> =>
  callFileSystem('unlink', { filePath }).catch(() => {})

/** Size of a local file in bytes; undefined if there is none. */
export const sizeOf = (path: string): Promise<number | undefined> =>
  statSize(path).catch(() => undefined)
