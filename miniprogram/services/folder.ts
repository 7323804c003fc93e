import type { FileKind } from '../text/fileKind'
import { fileKind } from '../text/fileKind'
import { cos } from './cos'

/** Paths in this app begin in the user's own folder: `trips/sea.jpg`. Folders end in a slash. */
interface FileEntry {
  path: string
  name: string
  /** Bytes. */
  size: number
  /** Unix milliseconds. */
  time: number
  kind: FileKind
}

export interface FolderPage {
  folders: { path: string; name: string }[]
  files: FileEntry[]
  /** Where the next page begins; empty at the end. */
  marker: string
}

const PAGE_SIZE = 30
/** COS takes no more in one request. */
const MAX_KEYS = 1000

/** The key of a path. */
export async function keyOf(path: string): Promise<string> {
  const { prefix } = await cos.caller()
  return prefix + path
}

/** One page of a folder: its sub-folders and files, by name. */
export async function readFolder(path: string, marker: string): Promise<FolderPage> {
  const { prefix } = await cos.caller()
  const own = (key: string) => key.slice(prefix.length)
  const page = await cos.getBucket({
    Prefix: prefix + path,
    Delimiter: '/',
    Marker: marker,
    MaxKeys: PAGE_SIZE,
  })
  const folders = page.CommonPrefixes.map(({ Prefix }) => ({
    path: own(Prefix),
    name: own(Prefix).slice(path.length, -1),
  }))
  const files = page.Contents.filter(({ Key }) => Key.slice(-1) !== '/').map(
    ({ Key, Size, LastModified }) => ({
      path: own(Key),
      name: own(Key).slice(path.length),
      size: Number(Size),
      time: Date.parse(LastModified),
      kind: fileKind(Key),
    }),
  )
  return { folders, files, marker: page.IsTruncated === 'true' ? page.NextMarker || '' : '' }
}

/** An empty folder is an object whose key ends in a slash. */
export async function makeFolder(path: string): Promise<void> {
  await cos.putObject({ Key: await keyOf(`${path}/`), Body: '' })
}

/** Deletes files, and folders with all that is in them. @returns how many objects COS refused to delete */
export async function removeAll(paths: string[]): Promise<number> {
  const keys: string[] = []
  for (const path of paths) {
    const key = await keyOf(path)
    if (key.slice(-1) === '/') keys.push(...(await keysBelow(key)))
    else keys.push(key)
  }
  let refused = 0
  for (let i = 0; i < keys.length; i += MAX_KEYS) {
    const Objects = keys.slice(i, i + MAX_KEYS).map((Key) => ({ Key }))
    const { Error: failed } = await cos.deleteMultipleObject({ Objects, Quiet: true })
    refused += failed.length
  }
  return refused
}

async function keysBelow(prefix: string): Promise<string[]> {
  const keys: string[] = []
  let marker = ''
  do {
    const page = await cos.getBucket({ Prefix: prefix, Marker: marker })
    keys.push(...page.Contents.map(({ Key }) => Key))
    marker = page.IsTruncated === 'true' ? page.NextMarker || '' : ''
  } while (marker)
  return keys
}
