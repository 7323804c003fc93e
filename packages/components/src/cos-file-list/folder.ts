import { type ComponentClient, clientOf } from '../client'
import { type FileKind, fileKind } from '../file'

/** A file or a folder of the list. */
export interface FileEntry {
  /** Object key; of a folder with a slash at its end. */
  key: string
  name: string
  /** Bytes; 0 for a folder. */
  size: number
  /** Unix milliseconds; 0 for a folder. */
  time: number
  kind: FileKind | 'folder'
}

interface FolderPage {
  entries: FileEntry[]
  /** Marker of the next page; empty at the end. */
  marker: string
}

/** Limit of objects in one request to delete them. */
const MAX_KEYS = 1000

/** The part of the client that lists and deletes, which the upload-only client has not. */
type ListClient = Required<Pick<ComponentClient, 'getBucket' | 'deleteMultipleObject'>>

function listClient(client: string): ListClient {
  const cos = clientOf(client)
  if (!cos.getBucket || !cos.deleteMultipleObject) {
    throw new Error(
      '<cos-file-list> needs the client of miniprogram-cos, not of miniprogram-cos/upload',
    )
  }
  return cos as ListClient
}

/** One page of a folder: its sub-folders and files, by name. */
export async function readFolder(
  client: string,
  prefix: string,
  marker: string,
  MaxKeys: number,
): Promise<FolderPage> {
  const page = await listClient(client).getBucket({
    Prefix: prefix,
    Delimiter: '/',
    Marker: marker,
    MaxKeys,
  })
  const folders = page.CommonPrefixes.map(
    ({ Prefix }): FileEntry => ({
      key: Prefix,
      name: Prefix.slice(prefix.length, -1),
      size: 0,
      time: 0,
      kind: 'folder',
    }),
  )
  // An empty folder is an object whose key ends in a slash.
  const files = page.Contents.filter(({ Key }) => Key.slice(-1) !== '/').map(
    ({ Key, Size, LastModified }): FileEntry => ({
      key: Key,
      name: Key.slice(prefix.length),
      size: Number(Size),
      time: Date.parse(LastModified),
      kind: fileKind(Key),
    }),
  )
  return {
    entries: [...folders, ...files],
    marker: page.IsTruncated === 'true' ? page.NextMarker || '' : '',
  }
}

/** Deletes files, and folders with everything in them. @returns the number of objects COS refused to delete */
export async function removeAll(client: string, keys: string[]): Promise<number> {
  const cos = listClient(client)
  const all: string[] = []
  for (const key of keys) {
    if (key.slice(-1) === '/') all.push(...(await keysBelow(cos, key)))
    else all.push(key)
  }
  let refused = 0
  for (let i = 0; i < all.length; i += MAX_KEYS) {
    const Objects = all.slice(i, i + MAX_KEYS).map((Key) => ({ Key }))
    const { Error: failed } = await cos.deleteMultipleObject({ Objects, Quiet: true })
    refused += failed.length
  }
  return refused
}

async function keysBelow(cos: ListClient, prefix: string): Promise<string[]> {
  const keys: string[] = []
  let marker = ''
  do {
    const page = await cos.getBucket({ Prefix: prefix, Marker: marker })
    keys.push(...page.Contents.map(({ Key }) => Key))
    marker = page.IsTruncated === 'true' ? page.NextMarker || '' : ''
  } while (marker)
  return keys
}
