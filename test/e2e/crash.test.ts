import { createHash, randomBytes, randomInt } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CloudProcess, startCommand } from '../support/commandLine'
import { send, signByOfficialSdk } from '../support/cosRequests'
import { MIB } from '../support/fakePhone'
import { countBlobsOnDisk, ROOT_KEY } from '../support/testCloud'

let data: string
let cloud: CloudProcess

const start = () =>
  startCommand([
    'packages/local-cloud/dist/command.js',
    '--data',
    data,
    '--secret-id',
    ROOT_KEY.SecretId,
    '--secret-key',
    ROOT_KEY.SecretKey,
  ])

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'crash-'))
  cloud = await start()
})
afterEach(async () => {
  await cloud.kill()
  rmSync(data, { recursive: true, force: true })
})

function request(
  method: string,
  key: string,
  query: Record<string, string> = {},
  body?: Uint8Array | string,
) {
  const search = Object.entries(query).map(([name, value]) => `${name}=${value}`)
  return send(cloud.ready.cos, {
    method,
    path: `/${key}${search.length > 0 ? `?${search.join('&')}` : ''}`,
    headers: { Authorization: signByOfficialSdk({ method, key, query }) },
    ...(body === undefined ? {} : { body }),
  })
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** Acknowledged keys, with a promise that resolves at a given number of them. */
class Acknowledged extends Set<string> {
  readonly #target: number
  #reached: () => void = () => {}
  readonly reached = new Promise<void>((resolve) => {
    this.#reached = resolve
  })

  constructor(target: number) {
    super()
    this.#target = target
    if (target === 0) setTimeout(this.#reached, 3)
  }

  override add(key: string): this {
    super.add(key)
    if (this.size === this.#target) this.#reached()
    return this
  }
}

/** Counts the blobs on disk and those that the listed objects need. Kills the local cloud. */
async function countBlobs(
  partsOf: (key: string) => number,
): Promise<[there: number, needed: number]> {
  const listed = await request('GET', '', { prefix: '' })
  const keys = [...listed.body.matchAll(/<Key>([^<]*)<\/Key>/g)].map((match) => match[1] as string)
  await cloud.kill()
  return [await countBlobsOnDisk(data), keys.reduce((sum, key) => sum + partsOf(key), 0)]
}

test.each([0, 3, 20, 35])(
  'kill -9 when %d of 50 concurrent PUTs are acknowledged loses none of them and leaves no partial object',
  async (target) => {
    // Half of the objects exist before: a crash may leave the old content, but no mixture.
    const old = new Map<string, string>()
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        if (i % 2) return
        const bytes = randomBytes(randomInt(1, 50_000))
        old.set(`k${i}`, digest(bytes))
        await request('PUT', `k${i}`, {}, bytes)
      }),
    )
    const sent = new Map<string, string>()
    const acknowledged = new Acknowledged(target)
    const contents = Array.from({ length: 50 }, () => randomBytes(randomInt(1, 3 * MIB)))
    let next = 0
    // Ten at a time, so that some writes are in progress when the process is killed.
    const writes = Array.from({ length: 10 }, async () => {
      while (next < contents.length) {
        const i = next++
        const bytes = contents[i] as Buffer
        sent.set(`k${i}`, digest(bytes))
        const response = await request('PUT', `k${i}`, {}, bytes)
        if (response.status === 200) acknowledged.add(`k${i}`)
      }
    })
    await acknowledged.reached
    await cloud.kill()
    await Promise.allSettled(writes)
    expect(acknowledged.size).toBeGreaterThanOrEqual(target)
    expect(acknowledged.size).toBeLessThan(50)
    cloud = await start()
    for (const [key, expected] of sent) {
      const read = await request('GET', key)
      if (acknowledged.has(key)) expect([key, digest(read.bytes)]).toEqual([key, expected])
      else if (read.status === 200) expect([expected, old.get(key)]).toContain(digest(read.bytes))
      else expect([read.status, old.has(key)]).toEqual([404, false])
    }
    const [there, needed] = await countBlobs(() => 1)
    expect(there).toBe(needed)
  },
)

test.each([0, 1, 4, 7])(
  'kill -9 when %d of 8 completions are acknowledged leaves either the complete object or the upload of each',
  async (target) => {
    const uploads = await Promise.all(
      Array.from({ length: 8 }, async (_, n) => {
        const key = `m${n}`
        const init = await request('POST', key, { uploads: '' })
        const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(init.body)?.[1] as string
        const parts = [randomBytes(MIB), randomBytes(10 + n)]
        const etags: string[] = []
        for (const [i, part] of parts.entries()) {
          const query = { partNumber: String(i + 1), uploadId }
          etags.push((await request('PUT', key, query, part)).headers.etag as string)
        }
        return { key, uploadId, etags, expected: digest(Buffer.concat(parts)) }
      }),
    )
    const acknowledged = new Acknowledged(target)
    const completions = uploads.map(async ({ key, uploadId, etags }) => {
      const list = etags.map(
        (etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
      )
      const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`
      const response = await request('POST', key, { uploadId }, body)
      if (response.status === 200) acknowledged.add(key)
    })
    await acknowledged.reached
    await cloud.kill()
    await Promise.allSettled(completions)
    expect(acknowledged.size).toBeGreaterThanOrEqual(target)
    cloud = await start()
    let open = 0
    for (const { key, uploadId, expected } of uploads) {
      const read = await request('GET', key)
      const parts = await request('GET', key, { uploadId })
      if (read.status === 200) {
        expect(digest(read.bytes)).toBe(expected)
        expect(parts.status).toBe(404)
      } else {
        expect([key, acknowledged.has(key)]).toEqual([key, false])
        expect(parts.status).toBe(200)
        open++
      }
    }
    const [there, needed] = await countBlobs(() => 2)
    expect(there).toBe(needed + 2 * open)
  },
)
