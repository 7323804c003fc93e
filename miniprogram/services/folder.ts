import type { FileKind } from '../text/fileName'
import { fileKind } from '../text/fileName'
import { cos } from './cos'

/** The folder that the list of files shows; uploads go there. */
export const openFolder = {
  path: '',
  /** Whether a file in it was renamed or deleted on another page. */
  isChanged: false,
}

/** Paths in this app are relative to the user's own folder: `trips/sea.jpg`. Folders end in a slash. */
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
  /** Marker of the next page; empty at the end. */
  marker: string
}

const PAGE_SIZE = 30
/** Limit of objects in one request to delete them. */
const MAX_KEYS = 1000

/** The object key of a path. */
export async function keyOf(path: string): Promise<string> {
  const { prefix } = await cos.caller()
  return prefix + path
}

/** Whether a file exists. Lists its key, because COS answers 404 to a HEAD request for a missing one. */
export async function exists(path: string): Promise<boolean> {
  const Key = await keyOf(path)
  // The key itself is the first of all keys that begin with it.
  const { Contents } = await cos.getBucket({ Prefix: Key, MaxKeys: 1 })
  return Contents.some((object) => object.Key === Key)
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

/** Deletes files, and folders with everything in them. @returns the number of objects COS refused to delete */
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
