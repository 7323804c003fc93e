import { type ComponentClient, clientOf } from '../client'
import { type FileKind, fileKind } from '../file'
import { signedUrl } from '../signedUrl'
import { snapshotQuery } from '../snapshotQuery'

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

/** The methods that the client of miniprogram-cos/upload does not have. */
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

/** Without data processing, a picture up to this size is shown in full. Bytes. */
const MAX_ORIGINAL = 3 * 1024 * 1024
/** Pixels of a dense screen. */
const SIDE = 240

/** Whether data processing is enabled for the bucket of a client; requested once, with its first picture. */
const processing = new Map<string, Promise<boolean>>()

/** The address of a small picture, which COS makes when it is read; empty if there is none to show. */
export async function thumbnailUrl(client: string, key: string, size: number): Promise<string> {
  let canProcess = processing.get(client)
  if (!canProcess) {
    canProcess = askProcessing(client, key)
    processing.set(client, canProcess)
  }
  if (await canProcess) {
    const rule = `imageMogr2/thumbnail/!${SIDE}x${SIDE}r/gravity/center/crop/${SIDE}x${SIDE}`
    return (await signedUrl(client, key, { [rule]: '' })).url
  }
  return size <= MAX_ORIGINAL ? (await signedUrl(client, key)).url : ''
}

/** The address of a small snapshot of a video. */
export async function coverUrl(client: string, key: string): Promise<string> {
  return (await signedUrl(client, key, snapshotQuery(SIDE))).url
}

/** `imageInfo` is the smallest answer of data processing. */
async function askProcessing(client: string, Key: string): Promise<boolean> {
  try {
    const answer = await clientOf(client).getObject?.({ Key, Query: { imageInfo: '' } })
    return 'width' in JSON.parse(String(answer?.Body))
  } catch (_) {
    return false
  }
}
