import { createReadStream, createWriteStream, type Dirent, promises as fs } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { contentTypeOf, keyProblem } from '@miniprogram-cos/protocol'
import { bytesOf } from './cos/response'
import {
  type BucketRecord,
  type ObjectHeaders,
  type ObjectRecord,
  objectOfBlob,
} from './cos/store/records'
import type { Store } from './cos/store/store'

/** File of an export with the key and attributes of each exported file. */
const EXPORT_INDEX = 'local-cos-export.json'

/** Content of the index file. */
interface ExportIndex {
  bucket: string
  region: string
  objects: {
    Key: string
    /** Relative to the folder of the export. */
    file: string
    headers: Record<string, string>
    storageClass: string
    tags?: [key: string, value: string][]
  }[]
}

/** Folder for objects whose keys are not valid file names. */
const RENAMED_FOLDER = 'renamed'

/**
 * Writes the current objects of a bucket as files named by their keys, with an index that `seedBucket`
 * reads. Noncurrent versions, ACLs and uploads in progress are not exported.
 * @returns the number of objects written
 * @throws Error if the folder is not empty
 */
export async function exportBucket(
  store: Store,
  bucket: BucketRecord,
  folder: string,
): Promise<number> {
  await fs.mkdir(folder, { recursive: true })
  if ((await fs.readdir(folder)).length > 0) throw new Error(`export: ${folder} is not empty`)
  const records: ObjectRecord[] = []
  await store.objects.scan(bucket.name, '', '', (record) => {
    records.push(record)
    return 'next'
  })
  const index: ExportIndex = { bucket: bucket.name, region: bucket.region, objects: [] }
  const names = fileNames(records.map(({ key }) => key))
  for (const [i, { key }] of records.entries()) {
    const pinned = await store.objects.pin(bucket.name, key)
    if (!pinned || pinned.object.isDeleteMarker) continue
    const { object, release } = pinned
    const file = names[i] ?? ''
    try {
      await fs.mkdir(dirname(join(folder, file)), { recursive: true })
      const bytes = object.size > 0 ? store.blobs.read(object.blobs, 0, object.size - 1) : ''
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
 * Chooses a file name for each key: the key itself if every file system accepts it, otherwise a number. Keys that differ
 * only in case, or that are also a folder of another key, get a number.
 */
function fileNames(keys: readonly string[]): string[] {
  const folders = new Set<string>()
  for (const key of keys) {
    const segments = key.toLowerCase().split('/')
    for (let i = 1; i < segments.length; i++) folders.add(segments.slice(0, i).join('/'))
  }
  const used = new Set<string>([EXPORT_INDEX])
  return keys.map((key, i) => {
    const lower = key.toLowerCase()
    const isPlain =
      key.split('/').every(isPlainSegment) &&
      !lower.startsWith(`${RENAMED_FOLDER}/`) &&
      lower !== RENAMED_FOLDER &&
      !lower.startsWith(`${EXPORT_INDEX}/`) &&
      !folders.has(lower) &&
      !used.has(lower)
    if (!isPlain) return `${RENAMED_FOLDER}/${i}`
    used.add(lower)
    return key
  })
}

function isPlainSegment(segment: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: file systems refuse them
  const refused = /[\x00-\x1f<>:"|?*\\]|[. ]$/
  return segment !== '' && Buffer.byteLength(segment) <= 200 && !refused.test(segment)
}

/** An object to put, and the file with its content. */
interface SeedObject {
  key: string
  file: string
  headers: ObjectHeaders
  storageClass: string
  tags?: [key: string, value: string][]
}

/**
 * Puts every file of a folder into a bucket, its path as the key. Files of an export get their exported
 * headers and tags.
 * @returns the number of objects put
 * @throws Error for a file whose path is not a valid key; no object is put then
 */
export async function seedBucket(
  store: Store,
  bucket: BucketRecord,
  folder: string,
  now: number,
): Promise<number> {
  const objects = (await exportedFiles(folder)) ?? (await plainFiles(folder))
  for (const { key } of objects) {
    const problem = keyProblem(key)
    if (problem) throw new Error(`seed: "${key}" cannot be a key: ${problem}`)
  }
  for (const { key, file, ...attributes } of objects) {
    const blob = await store.blobs.write(createReadStream(file))
    await store.objects.put(bucket, objectOfBlob(key, blob, now, attributes))
  }
  return objects.length
}

async function exportedFiles(folder: string): Promise<SeedObject[] | undefined> {
  const text = await fs.readFile(join(folder, EXPORT_INDEX), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const { objects } = JSON.parse(text) as ExportIndex
  const root = await fs.realpath(folder)
  for (const { file } of objects) {
    // The index must not refer to files elsewhere, neither by `..` nor by links.
    const real = await fs.realpath(join(root, file))
    if (!real.startsWith(root + sep)) throw new Error(`seed: "${file}" lies outside of ${folder}`)
  }
  return objects.map(({ Key, file, headers, storageClass, tags }) => ({
    key: Key,
    file: join(root, file),
    headers,
    storageClass,
    ...(tags ? { tags } : {}),
  }))
}

async function plainFiles(folder: string): Promise<SeedObject[]> {
  const entries: Dirent[] = await fs.readdir(folder, { withFileTypes: true, recursive: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name)
      const key = relative(folder, file).split(sep).join('/')
      const headers = { 'Content-Type': contentTypeOf(key) }
      return { key, file, headers, storageClass: 'STANDARD' }
    })
}
