import type { Target } from '../request/prepare'
import { load, save } from '../wx/files'
import { removeFile, sizeOf } from '../wx/writeFiles'

const STORAGE_KEY = 'miniprogram_cos_downloads'

/** An interrupted download is of use for as long as an interrupted upload. */
const MAX_AGE_SECONDS = 30 * 86_400

/** The object and the file of a download. */
export interface DownloadPlace extends Target {
  VersionId?: string
  FilePath: string
}

/** A download that may be resumed. */
export interface UnfinishedDownload extends DownloadPlace {
  /** The file with what has arrived: the beginning of the object. */
  partFile: string
  /** Of the object that the bytes are of. */
  ETag: string
  size: number
}

/** The stored entry. */
interface Entry extends UnfinishedDownload {
  /** Unix seconds. */
  at: number
}

const now = () => Math.floor(Date.now() / 1000)

function read(): Entry[] {
  const stored = load(STORAGE_KEY)
  // Only this file writes there; entries of another version lack the required fields.
  return Array.isArray(stored) ? stored.filter((entry: Partial<Entry>) => entry?.partFile) : []
}

/** Files that downloads write to now. */
const active = new Set<string>()

/** Claims a file for the bytes of a new download, which no other one uses. */
export function claimPartFile(FilePath: string): string {
  let name = `${FilePath}.part`
  for (let number = 2; active.has(name); number++) name = `${FilePath}.part${number}`
  active.add(name)
  return name
}

export const releasePartFile = (partFile: string): unknown => active.delete(partFile)

/**
 * Finds an interrupted download of this object to this path, and claims its file.
 *
 * @param own that of this task's last run
 */
export async function findUnfinished(
  place: DownloadPlace,
  own: UnfinishedDownload | undefined,
): Promise<UnfinishedDownload | undefined> {
  const names = ['Bucket', 'Region', 'Key', 'VersionId', 'FilePath'] as const
  const isWanted = (entry: Entry) => names.every((name) => entry[name] === place[name])
  const found = own || read().find((entry) => isWanted(entry) && !active.has(entry.partFile))
  if (!found || active.has(found.partFile)) return undefined
  active.add(found.partFile)
  const arrived = await sizeOf(found.partFile)
  if (arrived !== undefined && arrived <= found.size) return found
  releasePartFile(found.partFile)
  await dropUnfinished(found)
  return undefined
}

/** Remembers a download across restarts of the app, if the storage takes it. */
export function rememberUnfinished(unfinished: UnfinishedDownload, limit: number): void {
  const oldest = now() - MAX_AGE_SECONDS
  const others = read().filter(({ partFile }) => partFile !== unfinished.partFile)
  const entries = [{ ...unfinished, at: now() }, ...others]
  const kept = entries.filter(({ at }, i) => i < limit && at > oldest)
  save(STORAGE_KEY, kept)
  // Nothing else would ever remove their bytes.
  for (const entry of others) {
    if (!kept.includes(entry) && !active.has(entry.partFile)) void removeFile(entry.partFile)
  }
}

export function forgetUnfinished({ partFile }: Pick<UnfinishedDownload, 'partFile'>): void {
  const entries = read()
  const left = entries.filter((entry) => entry.partFile !== partFile)
  if (left.length < entries.length) save(STORAGE_KEY, left)
}

/** Forgets a download and removes its bytes. */
export async function dropUnfinished(unfinished: UnfinishedDownload): Promise<void> {
  forgetUnfinished(unfinished)
  await removeFile(unfinished.partFile)
}
