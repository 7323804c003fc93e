import { type ChildProcess, spawn } from 'node:child_process'
import { createHash, randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ROOT } from '../../scripts/build'
import { type RawResponse, send, signByOfficialSdk } from '../support/rawRequest'
import { HOST, ROOT_KEY } from '../support/testCloud'

const ROUNDS = 200
const KEYS = 24
const OPERATIONS = 10
const VERSIONED = 2
const MIB = 1024 * 1024
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

/** What a key holds, as far as the test knows: its digest, and how many files that takes. */
type Content = { digest: string; files: number } | undefined

interface Attempt {
  key: string
  outcome: Content
  run: () => Promise<RawResponse>
}

async function beginUpload(key: string) {
  const init = await request('POST', key, { query: { uploads: '' } })
  const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(init.body)?.[1] as string
  const parts = [randomBytes(MIB), randomBytes(randomInt(1, 5000))]
  const etags: string[] = []
  for (const [i, body] of parts.entries()) {
    const query = { partNumber: String(i + 1), uploadId }
    etags.push((await request('PUT', key, { query, body })).headers.etag as string)
  }
  const list = etags.map(
    (etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${etag}</ETag></Part>`,
  )
  const body = `<CompleteMultipartUpload>${list.join('')}</CompleteMultipartUpload>`
  return { uploadId, body, digest: digest(Buffer.concat(parts)) }
}

/** One write of a random kind. Uploads are prepared before the round begins. */
async function plan(
  key: string,
  state: Map<string, Content>,
  untouched: string[],
): Promise<Attempt> {
  const kind = randomInt(0, 10)
  if (kind < 2) return { key, outcome: undefined, run: () => request('DELETE', key) }
  const source = untouched.find((other) => state.get(other))
  if (kind < 4 && source) {
    const headers = { 'x-cos-copy-source': `${HOST}/${source}` }
    return {
      key,
      outcome: state.get(source),
      run: () => request('PUT', key, { headers, body: '' }),
    }
  }
  if (kind < 5) {
    const upload = await beginUpload(key)
    const run = () =>
      request('POST', key, { query: { uploadId: upload.uploadId }, body: upload.body })
    return { key, outcome: { digest: upload.digest, files: 2 }, run }
  }
  const body = randomBytes(randomInt(1, kind === 9 ? 800_000 : 20_000))
  return {
    key,
    outcome: { digest: digest(body), files: 1 },
    run: () => request('PUT', key, { body }),
  }
}

async function read(key: string): Promise<string | undefined> {
  const response = await request('GET', key)
  if (response.status === 404) return undefined
  expect(response.status).toBe(200)
  return digest(response.bytes)
}

test(`${ROUNDS} rounds of mixed writes, each ended by kill -9, lose nothing and leave nothing`, async () => {
  const state = new Map<string, Content>()
  const versions = new Map<string, string>()
  let uncertainVersions = 0
  let acknowledged = 0
  let unanswered = 0
  await request('PUT', '', {
    host: VERSIONS_HOST,
    query: { versioning: '' },
    body: '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  })
  for (let round = 0; round < ROUNDS; round++) {
    const keys = Array.from({ length: KEYS }, (_, i) => `k${i}`).sort(() => Math.random() - 0.5)
    const untouched = keys.slice(OPERATIONS)
    const attempts = await Promise.all(
      keys.slice(0, OPERATIONS).map((key) => plan(key, state, untouched)),
    )
    const done = new Set<string>()
    // The end comes after a random number of answers, not after a time, so that a slow machine
    // sees as many of either kind as a fast one.
    let answersLeft = randomInt(0, OPERATIONS + VERSIONED)
    let enough: () => void = () => undefined
    const time = new Promise<void>((resolve) => {
      enough = resolve
    })
    if (answersLeft === 0) enough()
    const answered = () => {
      if (--answersLeft <= 0) enough()
    }
    const versioned = Array.from({ length: VERSIONED }, async () => {
      const body = randomBytes(randomInt(1, 5000))
      uncertainVersions++
      const { headers } = await request('PUT', 'v', { host: VERSIONS_HOST, body })
      const id = headers['x-cos-version-id']
      if (id) versions.set(id, digest(body))
      uncertainVersions--
      answered()
    })
    const running = attempts.map(async ({ key, run }) => {
      const { status } = await run()
      if (status < 300) done.add(key)
      answered()
    })
    await time
    await new Promise((resolve) => setTimeout(resolve, randomInt(0, 4)))
    await kill()
    await Promise.allSettled([...running, ...versioned])
    await start()
    for (const { key, outcome } of attempts) {
      const before = state.get(key)
      const now = await read(key)
      if (done.has(key)) {
        acknowledged++
        expect([round, key, now]).toEqual([round, key, outcome?.digest])
        state.set(key, outcome)
      } else {
        unanswered++
        expect([before?.digest, outcome?.digest]).toContain(now)
        state.set(key, now === outcome?.digest ? outcome : before)
      }
    }
    const listed = await request('GET', '', { query: { prefix: '' } })
    const present = [...state].filter(([, content]) => content).map(([key]) => key)
    expect([...listed.body.matchAll(/<Key>([^<]*)<\/Key>/g)].map(([, key]) => key)).toEqual(
      present.sort(),
    )
  }
  // Both kinds of end must have happened, or the test has shown nothing.
  expect(acknowledged).toBeGreaterThan(ROUNDS)
  expect(unanswered).toBeGreaterThan(ROUNDS)
  for (const [versionId, expected] of versions) {
    const response = await request('GET', 'v', { host: VERSIONS_HOST, query: { versionId } })
    expect([versionId, digest(response.bytes)]).toEqual([versionId, expected])
  }
  expect(versions.size).toBeGreaterThan(20)

  // Every file belongs to an object, a version or a part of an upload that is still open.
  const open = await request('GET', '', { query: { uploads: '' } })
  let files = 2 * [...open.body.matchAll(/<UploadId>/g)].length
  for (const content of state.values()) files += content?.files ?? 0
  let marker = ''
  for (;;) {
    const query = {
      versions: '',
      ...(marker ? { 'key-marker': 'v', 'version-id-marker': marker } : {}),
    }
    const page = await request('GET', '', { host: VERSIONS_HOST, query })
    files += [...page.body.matchAll(/<Version>/g)].length
    marker = /<NextVersionIdMarker>([^<]+)</.exec(page.body)?.[1] ?? ''
    if (!marker) break
  }
  const blobs = join(data, 'blobs')
  const there = readdirSync(blobs).reduce(
    (sum, name) => sum + readdirSync(join(blobs, name)).length,
    0,
  )
  expect(there).toBe(files)
  expect(uncertainVersions).toBeGreaterThan(0)
}, 280_000)
