import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { bytesOf } from '../../packages/local-cloud/src/cos/response'
import type { BucketRecord, ObjectRecord } from '../../packages/local-cloud/src/cos/store/records'
import { Store } from '../../packages/local-cloud/src/cos/store/store'
import { MIB } from '../support/fakePhone'

import { countBlobsOnDisk } from '../support/testCloud'

let folder: string
let store: Store
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'store-'))
})
afterEach(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})

const BUCKET: BucketRecord = { name: 'b-1250000000', region: 'r', created: '2026-01-01T00:00:00Z' }

async function* pieces(bytes: Uint8Array, size = 65_536) {
  for (let at = 0; at < bytes.length; at += size) yield Buffer.from(bytes.subarray(at, at + size))
}

async function put(key: string, bytes: Uint8Array, bucket = BUCKET): Promise<ObjectRecord> {
  const { id, size, md5, crc64 } = await store.blobs.write(pieces(bytes))
  return store.objects.put(bucket, {
    key,
    size,
    etag: md5,
    crc64,
    lastModified: new Date().toISOString(),
    headers: {},
    storageClass: 'STANDARD',
    blobs: [{ id, size }],
  })
}

async function read(key: string, start = 0, end?: number): Promise<Buffer | undefined> {
  const pinned = await store.objects.pin(BUCKET.name, key)
  if (!pinned) return undefined
  const { object, release } = pinned
  try {
    const chunks: Uint8Array[] = []
    const last = end ?? object.size - 1
    if (object.size > 0) {
      for await (const chunk of bytesOf(store.blobs.read(object.blobs, start, last))) {
        chunks.push(chunk)
      }
    }
    return Buffer.concat(chunks)
  } finally {
    release()
  }
}

async function keysOf(): Promise<string[]> {
  const keys: string[] = []
  await store.objects.scan(BUCKET.name, '', '', ({ key }) => {
    keys.push(key)
    return 'next'
  })
  return keys
}

describe.each([
  ['in a folder', () => Store.open(folder)],
  ['in memory', () => Store.open()],
])('a store %s', (_, open) => {
  beforeEach(async () => {
    store = await open()
    await store.buckets.put(BUCKET)
  })

  test.each([0, 1, 4096, 4097, 100_000, MIB, 5 * MIB + 3])(
    'gives %d bytes back, whole and in part, with their digests',
    async (size) => {
      const bytes = randomBytes(size)
      const record = await put('k', bytes)
      expect(record.etag).toBe(createHash('md5').update(bytes).digest('hex'))
      expect((await read('k'))?.equals(bytes)).toBe(true)
      if (size > 2) {
        const [start, end] = [Math.floor(size / 3), Math.floor(size / 2) + 1]
        expect((await read('k', start, end))?.equals(bytes.subarray(start, end + 1))).toBe(true)
      }
    },
  )

  test('replaces and deletes, and keeps content while it is read', async () => {
    const [before, after] = [randomBytes(3000), randomBytes(2 * MIB)]
    await put('k', before)
    const pinned = await store.objects.pin(BUCKET.name, 'k')
    await put('k', after)
    const old = store.blobs.read(pinned?.object.blobs ?? [], 0, before.length - 1)
    expect(Buffer.isBuffer(old) && old.equals(before)).toBe(true)
    pinned?.release()
    expect((await read('k'))?.equals(after)).toBe(true)
    await store.objects.delete(BUCKET, 'k')
    expect(await read('k')).toBeUndefined()
  })

  test('lists in UTF-8 byte order', async () => {
    for (const key of ['é', 'z', '😀', 'a', '\uffee']) await put(key, Buffer.from('x'))
    expect(await keysOf()).toEqual(['a', 'z', 'é', '\uffee', '😀'])
  })

  test('copies take no space and outlive their source', async () => {
    for (const size of [10, MIB + 1]) {
      const bytes = randomBytes(size)
      const source = await put('source', bytes)
      const blobs = await store.blobs.copy(source.blobs)
      await store.objects.put(BUCKET, { ...source, key: 'copy', blobs })
      await store.objects.delete(BUCKET, 'source')
      expect((await read('copy'))?.equals(bytes)).toBe(true)
    }
  })

  test('assembles an object from parts of any size', async () => {
    const parts = [randomBytes(10), randomBytes(MIB + 1), randomBytes(5000)]
    const upload = {
      bucket: BUCKET.name,
      key: 'k',
      uploadId: 'u',
      initiated: '',
      headers: {},
      storageClass: 'STANDARD',
    }
    await store.uploads.put(upload)
    for (const [i, bytes] of parts.entries()) {
      const { id, size, md5, crc64 } = await store.blobs.write(pieces(bytes))
      const blobs = [{ id, size }]
      await store.uploads.putPart(upload, {
        number: i + 1,
        size,
        etag: md5,
        crc64,
        lastModified: '',
        blobs,
      })
    }
    await store.uploads.complete(BUCKET, 'u', (_, arrived) => ({
      key: 'k',
      size: arrived.reduce((sum, { size }) => sum + size, 0),
      etag: 'e-3',
      crc64: '0',
      lastModified: '',
      headers: {},
      storageClass: 'STANDARD',
      blobs: arrived.flatMap(({ blobs }) => blobs),
    }))
    expect((await read('k'))?.equals(Buffer.concat(parts))).toBe(true)
    expect(store.uploads.get('u')).toBeUndefined()
  })

  test('keeps versions where they are enabled', async () => {
    const bucket = { ...BUCKET, versioning: 'Enabled' as const }
    await store.buckets.put(bucket)
    const first = await put('k', Buffer.from('one'), bucket)
    await put('k', randomBytes(5000), bucket)
    await store.objects.delete(bucket, 'k')
    expect(await keysOf()).toEqual([])
    const old = await store.objects.find(BUCKET.name, 'k', first.versionId)
    expect(old?.size).toBe(3)
    expect(await store.buckets.delete(BUCKET.name)).toBe('notEmpty')
  })

  test('a write that began before versioning replaces no version', async () => {
    const late = await store.blobs.write(pieces(Buffer.from('late')))
    await store.buckets.update(BUCKET.name, (bucket) => ({ ...bucket, versioning: 'Enabled' }))
    const kept = await put('k', Buffer.from('kept'))
    await store.objects.put(BUCKET, {
      ...kept,
      versionId: undefined as never,
      size: 4,
      blobs: [{ id: late.id, size: 4 }],
    })
    const old = await store.objects.find(BUCKET.name, 'k', kept.versionId)
    expect(old?.blobs).toEqual(kept.blobs)
  })

  test('a bucket is either deleted or written to', async () => {
    for (let round = 0; round < 60; round++) {
      await store.buckets.put(BUCKET)
      const attempts = [
        put(`k${round}`, Buffer.from('x')).then(() => 'written'),
        store.buckets.delete(BUCKET.name),
        store.buckets.delete(BUCKET.name),
      ]
      const outcomes = (await Promise.allSettled(attempts)).map((one) =>
        one.status === 'fulfilled' ? one.value : 'refused',
      )
      expect(outcomes.includes('written') && outcomes.includes('deleted')).toBe(false)
      await store.objects.delete(BUCKET, `k${round}`).catch(() => {})
    }
  })

  test('is empty after clear', async () => {
    await put('small', Buffer.from('x'))
    await put('large', randomBytes(MIB))
    await store.clear()
    expect([store.buckets.list(), await keysOf()]).toEqual([[], []])
  })

  test('fails a write whose body is interrupted, and accepts the next one', async () => {
    async function* lost() {
      yield randomBytes(3 * MIB)
      throw new Error('connection lost')
    }
    await expect(store.blobs.write(lost())).rejects.toThrow('connection lost')
    await put('k', Buffer.from('next'))
    expect((await read('k'))?.toString()).toBe('next')
  })
})

describe('a store in a folder', () => {
  test('reopens with all data, and deletes blobs without an owner', async () => {
    store = await Store.open(folder)
    await store.buckets.put(BUCKET)
    await put('small', Buffer.from('s'))
    await put('large', randomBytes(2 * MIB))
    await put('large', randomBytes(3 * MIB))
    await store.blobs.write(pieces(randomBytes(10_000)))
    await store.close()
    store = await Store.open(folder)
    expect(await keysOf()).toEqual(['large', 'small'])
    await store.close()
    expect(await countBlobsOnDisk(folder)).toBe(2)
    store = await Store.open(folder)
  })

  test('a disk failure is an error of that write only', async () => {
    store = await Store.open(folder)
    await store.buckets.put(BUCKET)
    rmSync(join(folder, 'blobs'), { recursive: true })
    writeFileSync(join(folder, 'blobs'), 'no folder')
    for (const size of [10_000, 3 * MIB]) {
      const write = store.blobs.write(pieces(randomBytes(size)))
      await expect(write).rejects.toMatchObject({ code: 'ENOTDIR' })
    }
    await put('k', Buffer.from('small ones need no file'))
    expect((await read('k'))?.toString()).toBe('small ones need no file')
  })

  async function withSchema(schema: unknown): Promise<void> {
    const db = new ClassicLevel<Buffer, unknown>(join(folder, 'metadata'), {
      keyEncoding: 'buffer',
      valueEncoding: 'json',
    })
    await db.put(Buffer.from('schema'), schema)
    await db.put(Buffer.from(`bucket\0${BUCKET.name}`), BUCKET)
    await db.close()
  }

  test('opens the data of the first version', async () => {
    await withSchema(1)
    store = await Store.open(folder)
    expect(store.buckets.list()).toEqual([BUCKET])
    await store.close()
    const db = new ClassicLevel<Buffer, unknown>(join(folder, 'metadata'), {
      keyEncoding: 'buffer',
      valueEncoding: 'json',
    })
    expect(await db.get(Buffer.from('schema'))).toBe(2)
    await db.close()
    store = await Store.open(folder)
  })

  test('refuses the data of a later version without changing it', async () => {
    await withSchema(99)
    await expect(Store.open(folder)).rejects.toThrow('has schema 99; this version reads 1 to 2')
    store = await Store.open()
  })
})
