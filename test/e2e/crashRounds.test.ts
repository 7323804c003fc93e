import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RawResponse, send, signByOfficialSdk } from '../support/cosRequests'
import { MIB } from '../support/fakePhone'
import { ROOT } from '../support/root'
import { countBlobsOnDisk, HOST, ROOT_KEY } from '../support/testCloud'

const ROUNDS = Number(process.env.CRASH_ROUNDS ?? 200)
const KEYS = 24
const OPERATIONS = 10
const VERSIONS_HOST = HOST.replace('media-', 'versions-')

let data: string
let child: ChildProcess
let cos: string

async function start(): Promise<void> {
  const { SecretId, SecretKey } = ROOT_KEY
  const script = join(ROOT, 'test/support/bareCloud.js')
  child = spawn(process.execPath, [script, data, SecretId, SecretKey], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line] = (await once(child.stdout as NodeJS.ReadableStream, 'data')) as [Buffer]
  cos = line.toString().trim()
}

async function kill(): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'rounds-'))
  await start()
})
afterAll(async () => {
  await kill()
  rmSync(data, { recursive: true, force: true })
})

interface Sent {
  host?: string
  query?: Record<string, string>
  body?: Uint8Array | string
  headers?: Record<string, string>
}

function request(
  method: string,
  key: string,
  { host = HOST, query = {}, body, headers = {} }: Sent = {},
) {
  const search = Object.entries(query).map(([name, value]) => (value ? `${name}=${value}` : name))
  const signing = { method, key, query, headers: { ...headers, Host: host } }
  return send(cos, {
    method,
    path: `/${key}${search.length > 0 ? `?${search.join('&')}` : ''}`,
    headers: { ...signing.headers, Authorization: signByOfficialSdk(signing) },
    ...(body === undefined ? {} : { body }),
  })
}

const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16)

const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')

/** A write that a crash may interrupt. */
interface Attempt {
  run: () => Promise<RawResponse>
  /** Checks after the restart that the state is the acknowledged one, or unacknowledged one of both. */
  settle: (acknowledged: boolean) => Promise<void>
}

/** The content of a key: its digest, and its number of blobs. */
interface Content {
  digest: string
  blobs: number
}

/** A state that writes change one by one. An unacknowledged write may have taken effect or not. */
class Expected<Value> {
  value: Value
  readonly #read: () => Promise<unknown>
  readonly #seen: (value: Value) => unknown

  constructor(value: Value, read: () => Promise<unknown>, seen: (value: Value) => unknown) {
    this.value = value
    this.#read = read
    this.#seen = seen
  }

  attempt(next: Value, run: () => Promise<RawResponse>): Attempt {
    return {
      run,
      settle: async (acknowledged) => {
        const now = await this.#read()
        const [before, after] = [this.#seen(this.value), this.#seen(next)]
        if (acknowledged) expect(now).toEqual(after)
        else expect([before, after]).toContainEqual(now)
        if (JSON.stringify(now) === JSON.stringify(after)) this.value = next
      },
    }
  }
}

async function read(key: string): Promise<string | undefined> {
  const response = await request('GET', key)
  if (response.status === 404) return undefined
  expect(response.status).toBe(200)
  return digest(response.bytes)
}

async function beginUpload(key: string) {
  const init = await request('POST', key, { query: { uploads: '' } })
  return /<UploadId>(.*)<\/UploadId>/.exec(init.body)?.[1] as string
}

function putPart(key: string, uploadId: string, number: number, body: Uint8Array) {
  return request('PUT', key, { query: { partNumber: String(number), uploadId }, body })
}

/** Plain keys that are put, copied, completed and deleted. */
class PlainKeys {
  readonly keys = new Map<string, Expected<Content | undefined>>()

  constructor(count: number) {
    for (let i = 0; i < count; i++) {
      const key = `k${i}`
      const state = new Expected<Content | undefined>(
        undefined,
        () => read(key),
        (content) => content?.digest,
      )
      this.keys.set(key, state)
    }
  }

  get blobs(): number {
    return [...this.keys.values()].reduce((sum, { value }) => sum + (value?.blobs ?? 0), 0)
  }

  get present(): string[] {
    return [...this.keys].filter(([, { value }]) => value).map(([key]) => key)
  }

  async plan(count: number): Promise<Attempt[]> {
    const shuffled = [...this.keys.keys()].sort(() => Math.random() - 0.5)
    const untouched = shuffled.slice(count)
    return Promise.all(shuffled.slice(0, count).map((key) => this.#write(key, untouched)))
  }

  /** One write of a random kind. Uploads are prepared before the round begins. */
  async #write(key: string, untouched: string[]): Promise<Attempt> {
    const state = this.keys.get(key) as Expected<Content | undefined>
    const kind = randomInt(0, 10)
    if (kind < 2) return state.attempt(undefined, () => request('DELETE', key))
    const source = untouched.find((other) => this.keys.get(other)?.value)
    if (kind < 4 && source) {
      const headers = { 'x-cos-copy-source': `${HOST}/${source}` }
      const copied = this.keys.get(source)?.value
      return state.attempt(copied, () => request('PUT', key, { headers, body: '' }))
    }
    if (kind < 5) {
      const uploadId = await beginUpload(key)
      const parts = [randomBytes(MIB), randomBytes(randomInt(1, 9000))]
      const list: string[] = []
      for (const [i, part] of parts.entries()) {
        const { headers } = await putPart(key, uploadId, i + 1, part)
        list.push(`<Part><PartNumber>${i + 1}</PartNumber><ETag>${headers.etag}</ETag></Part>`)
      }
      const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`
      const content = { digest: digest(Buffer.concat(parts)), blobs: 2 }
      return state.attempt(content, () => request('POST', key, { query: { uploadId }, body }))
    }
    const body = randomBytes(randomInt(1, kind === 9 ? 3_000_000 : 20_000))
    const content = { digest: digest(body), blobs: 1 }
    return state.attempt(content, () => request('PUT', key, { body }))
  }
}

/** An upload in progress whose parts are uploaded and replaced. */
class OpenUpload {
  static readonly key = 'open-upload'
  readonly #uploadId: string
  readonly parts = new Map<number, Expected<string | undefined>>()

  constructor(uploadId: string) {
    this.#uploadId = uploadId
    for (let number = 1; number <= 4; number++) {
      const state = new Expected<string | undefined>(
        undefined,
        () => this.#etagOf(number),
        (etag) => etag,
      )
      this.parts.set(number, state)
    }
  }

  get blobs(): number {
    return [...this.parts.values()].filter(({ value }) => value).length
  }

  plan(): Attempt {
    const number = randomInt(1, 5)
    const body = randomBytes(randomInt(1, 10_000))
    const state = this.parts.get(number) as Expected<string | undefined>
    return state.attempt(md5(body), () => putPart(OpenUpload.key, this.#uploadId, number, body))
  }

  async #etagOf(number: number): Promise<string | undefined> {
    const listed = await request('GET', OpenUpload.key, { query: { uploadId: this.#uploadId } })
    const part = `<PartNumber>${number}</PartNumber>.*?<ETag>&quot;([^&]*)&quot;</ETag>`
    return new RegExp(part).exec(listed.body)?.[1]
  }
}

/** An object that grows by appending. */
class Appended {
  static readonly key = 'appended'
  readonly pieces = new Expected<Buffer[]>(
    [],
    () => read(Appended.key),
    (pieces) => (pieces.length > 0 ? digest(Buffer.concat(pieces)) : undefined),
  )

  plan(): Attempt {
    const pieces = this.pieces.value
    if (pieces.length > 20) return this.pieces.attempt([], () => request('DELETE', Appended.key))
    const body = randomBytes(randomInt(1, 10_000))
    const position = String(Buffer.concat(pieces).length)
    return this.pieces.attempt([...pieces, body], () =>
      request('POST', Appended.key, { query: { append: '', position }, body }),
    )
  }
}

/** An object whose tags change. */
class Tagged {
  static readonly key = 'tagged'
  readonly #tag = new Expected<string>(
    '',
    async () => {
      const { body } = await request('GET', Tagged.key, { query: { tagging: '' } })
      return /<Value>([^<]*)<\/Value>/.exec(body)?.[1] ?? ''
    },
    (tag) => tag,
  )

  plan(): Attempt {
    const value = randomBytes(8).toString('hex')
    const tag = `<Tag><Key>k</Key><Value>${value}</Value></Tag>`
    const body = `<Tagging><TagSet>${tag}</TagSet></Tagging>`
    return this.#tag.attempt(value, () =>
      request('PUT', Tagged.key, { query: { tagging: '' }, body }),
    )
  }
}

/** A bucket with versioning, which keeps every acknowledged write. */
class Versions {
  readonly known = new Map<string, string>()

  async enable(): Promise<void> {
    await request('PUT', '', {
      host: VERSIONS_HOST,
      query: { versioning: '' },
      body: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
    })
  }

  plan(): Attempt {
    const body = randomBytes(randomInt(1, 9000))
    let versionId: string | undefined
    return {
      run: async () => {
        const response = await request('PUT', 'v', { host: VERSIONS_HOST, body })
        versionId = response.headers['x-cos-version-id']
        return response
      },
      settle: async () => {
        if (versionId) this.known.set(versionId, digest(body))
      },
    }
  }

  async check(): Promise<void> {
    for (const [versionId, expected] of this.known) {
      const response = await request('GET', 'v', { host: VERSIONS_HOST, query: { versionId } })
      expect([versionId, digest(response.bytes)]).toEqual([versionId, expected])
    }
  }

  /** The number of versions, unacknowledged ones included. */
  async count(): Promise<number> {
    let count = 0
    for (let marker = ''; ; ) {
      const query = {
        versions: '',
        ...(marker ? { 'key-marker': 'v', 'version-id-marker': marker } : {}),
      }
      const page = await request('GET', '', { host: VERSIONS_HOST, query })
      count += [...page.body.matchAll(/<Version>/g)].length
      marker = /<NextVersionIdMarker>([^<]+)</.exec(page.body)?.[1] ?? ''
      if (!marker) return count
    }
  }
}

/**
 * Runs all attempts concurrently and kills the process after a random number of responses: not after a
 * time, so that slow and fast machines have as many acknowledged writes. @returns the acknowledged ones
 */
async function runUntilKilled(attempts: Attempt[]): Promise<Set<Attempt>> {
  const acknowledged = new Set<Attempt>()
  let answersLeft = randomInt(0, attempts.length)
  let enough: () => void = () => undefined
  const time = new Promise<void>((resolve) => {
    enough = resolve
  })
  if (answersLeft === 0) enough()
  const running = attempts.map(async (attempt) => {
    const { status } = await attempt.run()
    if (status < 300) acknowledged.add(attempt)
    if (--answersLeft <= 0) enough()
  })
  await time
  await new Promise((resolve) => setTimeout(resolve, randomInt(0, 4)))
  await kill()
  await Promise.allSettled(running)
  return acknowledged
}

test(`${ROUNDS} rounds of mixed writes, each ended by kill -9, lose no acknowledged write and leave no blob behind`, async () => {
  const plain = new PlainKeys(KEYS)
  const upload = new OpenUpload(await beginUpload(OpenUpload.key))
  const appended = new Appended()
  const tagged = new Tagged()
  const versions = new Versions()
  await versions.enable()
  await request('PUT', Tagged.key, { body: 'tagged' })
  let acknowledged = 0
  let unanswered = 0
  for (let round = 0; round < ROUNDS; round++) {
    const attempts = [
      ...(await plain.plan(OPERATIONS)),
      upload.plan(),
      appended.plan(),
      tagged.plan(),
      versions.plan(),
      versions.plan(),
    ]
    const done = await runUntilKilled(attempts)
    await start()
    await Promise.all(attempts.map((attempt) => attempt.settle(done.has(attempt))))
    acknowledged += done.size
    unanswered += attempts.length - done.size
    const listed = await request('GET', '', { query: { prefix: '' } })
    const others = appended.pieces.value.length > 0 ? [Appended.key, Tagged.key] : [Tagged.key]
    expect([...listed.body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key)).toEqual(
      [...plain.present, ...others].sort(),
    )
  }
  // Otherwise the test has covered one outcome only.
  expect(acknowledged).toBeGreaterThan(ROUNDS)
  expect(unanswered).toBeGreaterThan(ROUNDS)
  expect(versions.known.size).toBeGreaterThan(20)
  await versions.check()

  // Every blob belongs to an object, a version or a part of an upload in progress.
  const open = await request('GET', '', { query: { uploads: '', prefix: 'k' } })
  const needed =
    plain.blobs +
    upload.blobs +
    appended.pieces.value.length +
    1 +
    2 * [...open.body.matchAll(/<UploadId>/g)].length +
    (await versions.count())
  await kill()
  expect(await countBlobsOnDisk(data)).toBe(needed)
  await start()
}, 600_000)
