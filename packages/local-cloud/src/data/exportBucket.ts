import { createWriteStream, promises as fs } from 'node:fs'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { bytesOf } from '../cos/answer/answer'
import type { BucketRecord, ObjectRecord } from '../cos/store/records'
import type { Store } from '../cos/store/store'

/** Stands beside the exported files and says which key each has. */
export const EXPORT_INDEX = 'local-cos-export.json'

/** What an export says of its objects. */
export interface ExportIndex {
  bucket: string
  region: string
  objects: {
    Key: string
    /** Below the folder of the export. */
    file: string
    headers: Record<string, string>
    storageClass: string
    tags?: [key: string, value: string][]
  }[]
}

/** Where keys go that no file system could hold as they are. */
const RENAMED = 'renamed'

/**
 * Writes the current objects of a bucket as files named by their keys, and an index by which
 * `seedBucket` brings them back. Older versions, ACLs and uploads in progress stay behind.
 * @returns how many objects were written
 * @throws Error when the folder is not empty
 */
export async function exportBucket(
  store: Store,
  bucket: BucketRecord,
  folder: string,
): Promise<number> {
  await fs.mkdir(folder, { recursive: true })
  if ((await fs.readdir(folder)).length > 0) throw new Error(`export: ${folder} is not empty`)
  const records: ObjectRecord[] = []
  await store.objects.walk(bucket.name, '', '', (record) => {
    records.push(record)
    return 'next'
  })
  const index: ExportIndex = { bucket: bucket.name, region: bucket.region, objects: [] }
  const names = fileNames(records.map(({ key }) => key))
  for (const [i, { key }] of records.entries()) {
    const pinned = await store.objects.pin(bucket.name, key)
    if (!pinned || pinned.object.isDeleteMarker) continue
    const { object, release } = pinned
    const file = names[i] as string
    try {
      await fs.mkdir(dirname(join(folder, file)), { recursive: true })
      const bytes = object.size > 0 ? store.engine.read(object.blobs, 0, object.size - 1) : ''
      await pipeline(Readable.from(bytesOf(bytes)), createWriteStream(join(folder, file)))
    } finally {
      release()
    }
    const { headers, storageClass, tags } = object
    index.objects.push({ Key: key, file, headers, storageClass, ...(tags ? { tags } : {}) })
  }
  await fs.writeFile(join(folder, EXPORT_INDEX), `${JSON.stringify(index, null, 2)}\n`)
  return index.objects.length
}

/**
 * A file below the folder for each key: the key itself where every file system can hold it, else a
 * number. Two keys that differ in case alone, or of which one is the folder of another, are such.
 */
function fileNames(keys: readonly string[]): string[] {
  const folders = new Set<string>()
  for (const key of keys) {
    const segments = key.toLowerCase().split('/')
    for (let i = 1; i < segments.length; i++) folders.add(segments.slice(0, i).join('/'))
  }
  const taken = new Set<string>([EXPORT_INDEX])
  return keys.map((key, i) => {
    const lower = key.toLowerCase()
    const isPlain =
      key.split('/').every(isPlainSegment) &&
      !lower.startsWith(`${RENAMED}/`) &&
      lower !== RENAMED &&
      !lower.startsWith(`${EXPORT_INDEX}/`) &&
      !folders.has(lower) &&
      !taken.has(lower)
    if (!isPlain) return `${RENAMED}/${i}`
    taken.add(lower)
    return key
  })
}

function isPlainSegment(segment: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: file systems refuse them
  const refused = /[\x00-\x1f<>:"|?*\\]|[. ]$/
  return segment !== '' && Buffer.byteLength(segment) <= 200 && !refused.test(segment)
}
