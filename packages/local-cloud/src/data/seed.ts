import { createReadStream, type Dirent, promises as fs } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { contentTypeOf, keyProblem } from '@miniprogram-cos/protocol'
import type { BucketRecord, ObjectHeaders } from '../cos/store/records'
import type { Store } from '../cos/store/store'
import { EXPORT_INDEX, type ExportIndex } from './exportBucket'

/** One object to make of a file. */
interface Seedling {
  key: string
  file: string
  headers: ObjectHeaders
  storageClass: string
  tags?: [key: string, value: string][]
}

/**
 * Puts every file of a folder into a bucket, its path as the key. What `exportBucket` wrote comes back
 * with the headers and tags it had.
 * @returns how many objects were put
 * @throws Error for a file whose path is no key COS accepts; nothing is put then
 */
export async function seedBucket(
  store: Store,
  bucket: BucketRecord,
  folder: string,
  now: number,
): Promise<number> {
  const seedlings = (await exported(folder)) ?? (await plainFiles(folder))
  for (const { key } of seedlings) {
    const problem = keyProblem(key)
    if (problem) throw new Error(`seed: "${key}" cannot be a key: ${problem}`)
  }
  for (const { key, file, ...described } of seedlings) {
    const { id, size, md5, crc64 } = await store.engine.writeBlob(createReadStream(file))
    await store.objects.put(bucket, {
      key,
      size,
      etag: md5,
      crc64,
      lastModified: new Date(now).toISOString(),
      ...described,
      blobs: [{ id, size }],
    })
  }
  return seedlings.length
}

async function exported(folder: string): Promise<Seedling[] | undefined> {
  const text = await fs.readFile(join(folder, EXPORT_INDEX), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const { objects } = JSON.parse(text) as ExportIndex
  const root = await fs.realpath(folder)
  for (const { file } of objects) {
    // An index is data: it must not reach for what lies elsewhere, by dots or by links.
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

async function plainFiles(folder: string): Promise<Seedling[]> {
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
