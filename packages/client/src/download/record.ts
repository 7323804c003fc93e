import type { Target } from '../request/prepare'
import { load, save } from '../wx/files'
import { removeFile, sizeOf } from '../wx/writeFiles'

const STORAGE_KEY = 'miniprogram_cos_downloads'

/** The same limit as for interrupted uploads. */
const MAX_AGE_SECONDS = 30 * 86_400

/** The object and the file of a download. */
export interface DownloadPlace extends Target {
  VersionId?: string
  FilePath: string
}

/** A download that may be resumed. */
export interface UnfinishedDownload extends DownloadPlace {
  /** The file with the bytes that have arrived, from the beginning of the object. */
  partFile: string
  /** The ETag of the object that the bytes belong to. */
  ETag: string
  size: number
}

/** An entry in the storage. */
interface Entry extends UnfinishedDownload {
  /** When the entry was saved, in Unix seconds. */
  at: number
}

const now = () => Math.floor(Date.now() / 1000)

function read(): Entry[] {
  const stored = load(STORAGE_KEY)
  // Only this file writes there; entries of another version lack the required fields.
  return Array.isArray(stored) ? stored.filter((entry: Partial<Entry>) => entry?.partFile) : []
}

/** Part files of running downloads. */
const active = new Set<string>()

/** Claims a part file that no other running download uses. */
export function claimPartFile(FilePath: string): string {
  let name = `${FilePath}.part`
  for (let number = 2; active.has(name); number++) name = `${FilePath}.part${number}`
  active.add(name)
  return name
}

export const releasePartFile = (partFile: string): unknown => active.delete(partFile)

/**
 * Finds an interrupted download of this object to this path, and claims its part file.
 *
 * @param previous the download of this task's last run
 */
export async function findUnfinished(
  place: DownloadPlace,
  previous: UnfinishedDownload | undefined,
): Promise<UnfinishedDownload | undefined> {
  const fields = ['Bucket', 'Region', 'Key', 'VersionId', 'FilePath'] as const
  const matches = (entry: Entry) => fields.every((field) => entry[field] === place[field])
  const unfinished =
    previous || read().find((entry) => matches(entry) && !active.has(entry.partFile))
  if (!unfinished || active.has(unfinished.partFile)) return undefined
  active.add(unfinished.partFile)
  const arrived = await sizeOf(unfinished.partFile)
  if (arrived !== undefined && arrived <= unfinished.size) return unfinished
  releasePartFile(unfinished.partFile)
  await dropUnfinished(unfinished)
  return undefined
}

/** Stores a download so that it can be resumed after a restart of the app. Has no effect if the storage is full. */
export function rememberUnfinished(unfinished: UnfinishedDownload, limit: number): void {
  const oldest = now() - MAX_AGE_SECONDS
  const others = read().filter(({ partFile }) => partFile !== unfinished.partFile)
  const entries = [{ ...unfinished, at: now() }, ...others]
  const remaining = entries.filter(({ at }, i) => i < limit && at > oldest)
  save(STORAGE_KEY, remaining)
  // Nothing else removes the part files of the dropped entries.
  for (const entry of others) {
    if (!remaining.includes(entry) && !active.has(entry.partFile)) void removeFile(entry.partFile)
  }
}

export function forgetUnfinished({ partFile }: Pick<UnfinishedDownload, 'partFile'>): void {
  const entries = read()
  const remaining = entries.filter((entry) => entry.partFile !== partFile)
  if (remaining.length < entries.length) save(STORAGE_KEY, remaining)
}

/** Forgets a download and removes its part file. */
export async function dropUnfinished(unfinished: UnfinishedDownload): Promise<void> {
  forgetUnfinished(unfinished)
  await removeFile(unfinished.partFile)
}
