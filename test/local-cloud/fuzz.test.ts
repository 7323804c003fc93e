import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { type AnyOperation, operations } from '@miniprogram-cos/protocol'
import { seededRandom } from '../../packages/local-cloud/src/cos/faults'
import { errorOf, type RawResponse, send, signByOfficialSdk } from '../support/cosRequests'
import { useTestCloud } from '../support/testCloud'

const REQUESTS = 2000
const SEED = 20260101

const cloud = useTestCloud()

/** The same numbers in every run, so that failures are reproducible. */
const random = seededRandom(SEED)
const below = (limit: number) => Math.floor(random() * limit)
const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T

const VALUES = [
  '',
  '0',
  '-1',
  '1',
  '10001',
  '1e9',
  '9'.repeat(40),
  'null',
  'true',
  '../../etc/passwd',
  '..',
  '%2e%2e%2f',
  '\u0000',
  'a'.repeat(3000),
  '中文/键',
  '😀',
  '<x>&"\'',
  '__proto__',
  'constructor',
  'url',
  'bytes=0-',
  'bytes=9-1',
  'bytes=-5,1-2',
  'Thu, 01 Jan 1970 00:00:00 GMT',
  'media-1250000000.cos.ap-guangzhou.myqcloud.com/a',
  'id="100000000001"',
]
const PARAMS = [
  ...['prefix', 'delimiter', 'marker', 'max-keys', 'encoding-type', 'key-marker', 'versionId'],
  ...['version-id-marker', 'part-number-marker', 'max-parts', 'max-uploads', 'upload-id-marker'],
  ...['uploadId', 'partNumber', 'position', 'id', 'continuation-token', 'x-cos-security-token'],
  ...['response-content-type', 'response-expires', 'sign', 'ci-process', 'x'],
]
const ROWS: readonly AnyOperation[] = Object.values(operations)
const HEADERS = [
  ...['range', 'if-match', 'if-none-match', 'if-modified-since', 'content-md5', 'content-type'],
  ...['x-cos-acl', 'x-cos-grant-read', 'x-cos-tagging', 'x-cos-storage-class', 'x-cos-copy-source'],
  ...['x-cos-copy-source-range', 'x-cos-metadata-directive', 'x-cos-meta-a', 'x-cos-traffic-limit'],
  ...['x-cos-copy-source-if-match', 'cache-control', 'expires', 'origin', 'referer'],
  ...['x-cos-security-token', 'access-control-request-method', 'transfer-encoding-x'],
]
const BODIES = [
  '',
  'x',
  '{',
  '{"Statement":[{"Effect":"Deny","Action":"*"}]}',
  '{"version":"2.0","Statement":{"__proto__":1}}',
  '[]',
  'null',
  '<',
  '<a/>',
  '<CORSConfiguration/>',
  '<Delete><Object><Key>a</Key></Object></Delete>',
  '<Delete><Object/></Delete>',
  '<CompleteMultipartUpload><Part/></CompleteMultipartUpload>',
  '<VersioningConfiguration><Status>Maybe</Status></VersioningConfiguration>',
  '<AccessControlPolicy><Owner/><AccessControlList><Grant/></AccessControlList></AccessControlPolicy>',
  '<Tagging><TagSet><Tag><Key/></Tag></TagSet></Tagging>',
  '<RefererConfiguration><Status>Enabled</Status></RefererConfiguration>',
  '<InventoryConfiguration><Id>..</Id></InventoryConfiguration>',
  `${'<a>'.repeat(3000)}${'</a>'.repeat(3000)}`,
  '<!DOCTYPE a [<!ENTITY b "cc"><!ENTITY c "&b;&b;">]><a>&c;</a>',
  '\u0000\u0001\ufffd',
] as const

interface Fuzzed {
  method: string
  key: string
  query: Record<string, string>
  headers: Record<string, string>
  body: string
  isSigned: boolean
}

/** Mostly an existing operation with random arguments. */
function fuzz(): Fuzzed {
  const query = Object.fromEntries(
    Array.from({ length: below(3) }, () => [pick(PARAMS), pick(VALUES)]),
  )
  const headers = Object.fromEntries(
    Array.from({ length: below(3) }, () => [pick(HEADERS), encodeHeader(pick(VALUES))]),
  )
  const row = random() < 0.9 ? pick(ROWS) : undefined
  const method = row?.method ?? pick(['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'OPTIONS', 'PATCH'])
  const isObject = row ? row.target === 'object' : random() < 0.5
  if (row?.subresource) query[row.subresource] = ''
  // The bucket must not be deleted, or every later request would be NoSuchBucket.
  if (method === 'DELETE' && !isObject && !row?.subresource) query.tagging = ''
  for (const name of row?.needs ?? []) query[name] = pick(VALUES)
  const key = isObject ? pick(['a', 'a/b', ...VALUES]) : ''
  const body = pick(BODIES)
  if (row?._contentMd5) headers['content-md5'] = createHash('md5').update(body).digest('base64')
  return { method, key, query, headers, body, isSigned: random() < 0.9 }
}

/** Encodes what a header cannot contain, as clients do. */
const encodeHeader = (value: string) =>
  /^[\x20-\x7e]*$/.test(value) ? value : encodeURIComponent(value)

function wirePath({ key, query }: Fuzzed): string {
  const path = key.split('/').map(encodeURIComponent).join('/')
  const search = Object.entries(query)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .join('&')
  return `/${path}${search ? `?${search}` : ''}`
}

function sendFuzzed(fuzzed: Fuzzed): Promise<RawResponse> {
  const { method, key, query, headers, body, isSigned } = fuzzed
  const Authorization = signByOfficialSdk({ method, key, query, headers })
  return send(cloud.cos, {
    method,
    path: wirePath(fuzzed),
    headers: {
      ...headers,
      ...(isSigned ? { Authorization } : {}),
      'Content-Length': Buffer.byteLength(body),
    },
    body,
  })
}

test(`${REQUESTS} fuzzed requests: each gets a documented response, and none affects others`, async () => {
  await sendFuzzed({ ...fuzz(), method: 'PUT', key: 'a', query: {}, headers: {}, isSigned: true })
  const statuses = new Map<number, number>()
  const memory = process.memoryUsage().rss
  for (let i = 0; i < REQUESTS; i++) {
    const fuzzed = fuzz()
    const response = await sendFuzzed(fuzzed)
    statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1)
    const shown = JSON.stringify(fuzzed)
    expect([shown, response.headers['x-cos-request-id']]).toEqual([shown, expect.any(String)])
    if (response.status < 300 || response.status === 304) continue
    if (response.status === 501 || response.status < 500) {
      const isBare = fuzzed.method === 'HEAD'
      const code = isBare ? 'no body' : errorOf(response).code
      expect([shown, code]).toEqual([shown, expect.stringMatching(/^[A-Z][A-Za-z]+$|^no body$/)])
      if (response.status === 501 && !isBare)
        expect([shown, code]).toEqual([shown, 'NotImplemented'])
      continue
    }
    expect([shown, response.status, response.body]).toEqual([shown, 'below 500', ''])
  }

  // Otherwise the signatures were wrong, and only authentication was tested.
  expect(statuses.get(200) ?? 0).toBeGreaterThan(REQUESTS / 20)
  expect(statuses.get(400) ?? 0).toBeGreaterThan(REQUESTS / 20)
  expect(readdirSync(cloud.folder)).toEqual(['data'])
  expect(process.memoryUsage().rss - memory).toBeLessThan(200 * 1024 * 1024)
  expect((await fetch(cloud.cos)).status).toBeLessThan(500)
})
