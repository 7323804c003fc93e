import { createHash, createHmac } from 'node:crypto'
import { signRequest } from '@miniprogram-cos/protocol'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { errorOf, type RawResponse, send, signedRequests } from '../support/cosRequests'
import { BUCKET, HOST, REGION, ROOT_KEY, temporaryKey, useTestCloud } from '../support/testCloud'

/** What Tencent's own SDK test files and published pages expect of COS. */
const cloud = useTestCloud({}, 'test')

const signed = signedRequests(() => cloud)
const put = (key: string, body = 'content', headers: Record<string, string> = {}) =>
  signed('PUT', key, { body, headers })
const setting = (name: string, body: string) =>
  signed('PUT', '', { query: { [name]: '' }, body, headers: { 'Content-Length': body.length } })
const hash = {
  sha1: (text: string) => createHash('sha1').update(text).digest('hex'),
  hmacSha1: (key: string, text: string) => createHmac('sha1', key).update(text).digest('hex'),
}
const textOf = ({ body }: RawResponse, name: string) =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(body)?.[1]

describe('CORS headers', () => {
  const RULES = (more = '', origin = 'http://app.example') =>
    `<CORSConfiguration><CORSRule><AllowedOrigin>${origin}</AllowedOrigin><AllowedMethod>GET</AllowedMethod><AllowedMethod>PUT</AllowedMethod><ExposeHeader>Date</ExposeHeader></CORSRule>${more}</CORSConfiguration>`
  const Origin = 'http://app.example'

  test.each<[string, () => Promise<RawResponse>, number]>([
    [
      'an unknown key',
      () => {
        const key = { SecretId: 'AKIDnobody', SecretKey: 'x' }
        return signed('GET', 'k', { headers: { Origin }, key })
      },
      403,
    ],
    [
      'an expired signature',
      () => signed('GET', 'k', { headers: { Origin }, keyTime: '1500000000;1500000600' }),
      403,
    ],
    [
      'a malformed Authorization',
      () => send(cloud.cos, { path: '/k', headers: { Origin, Authorization: 'x' } }),
      400,
    ],
    ['a path that is not UTF-8', () => send(cloud.cos, { path: '/%ff', headers: { Origin } }), 400],
    [
      'an injected error',
      () => {
        cloud.faults.set({ rules: [{ action: { kind: 'error', code: 'SlowDown' } }] })
        return signed('GET', 'k', { headers: { Origin } })
      },
      503,
    ],
  ])('are sent with the response to %s', async (_, request, status) => {
    await setting('cors', RULES())
    const response = await request()
    expect(response.status).toBe(status)
    expect(response.headers['access-control-allow-origin']).toBe(Origin)
    expect(response.headers['access-control-expose-headers']).toBe('Date')
  })

  test('are not those of a bucket of the same name in another region', async () => {
    await setting('cors', RULES())
    const host = HOST.replace('guangzhou', 'beijing')
    const response = await signed('GET', 'k', { host, headers: { Origin } })
    expect(errorOf(response).code).toBe('NoSuchBucket')
    expect(response.headers['access-control-allow-origin']).toBeUndefined()
  })

  test('with ResponseVary, Vary is sent without an Origin too', async () => {
    await setting('cors', RULES('<ResponseVary>true</ResponseVary>', '*'))
    await put('k')
    expect((await signed('GET', 'k')).headers.vary).toMatch(/\bOrigin\b/)
    const other = await signed('GET', 'k', { headers: { Origin: 'http://other.example' } })
    expect(other.headers.vary).toMatch(/\bOrigin\b/)
    await setting('cors', RULES('<ResponseVary>false</ResponseVary>', '*'))
    expect((await signed('GET', 'k')).headers.vary).toBeUndefined()
  })
})

test('an empty x-cos-copy-source-range copies the whole source (the Python SDK always sends it)', async () => {
  await put('source', 'the whole source')
  const init = await signed('POST', 'copy', { query: { uploads: '' }, body: '' })
  const query = { partNumber: '1', uploadId: textOf(init, 'UploadId') as string }
  const headers = { 'x-cos-copy-source': `${HOST}/source`, 'x-cos-copy-source-range': '' }
  expect((await signed('PUT', 'copy', { query, headers, body: '' })).status).toBe(200)
  const listed = await signed('GET', 'copy', { query: { uploadId: query.uploadId } })
  expect(textOf(listed, 'Size')).toBe('16')
})

test('session tokens are compared byte by byte', async () => {
  await put('k')
  const key = await temporaryKey(cloud, [{ action: ['GetObject'], path: '*' }])
  const pair = { SecretId: key.tmpSecretId, SecretKey: key.tmpSecretKey }
  const read = (token: string) =>
    signed('GET', 'k', { key: pair, headers: { 'x-cos-security-token': token } })
  const token = key.sessionToken
  expect((await read(token)).status).toBe(200)
  const changed = [`${token}!`, `${token}=`, `${token.slice(0, 9)}.${token.slice(9)}`, `${token}A`]
  for (const other of changed) {
    const response = await read(other)
    expect([response.status, errorOf(response).code]).toEqual([403, 'InvalidAccessKeyId'])
  }
})

test.each(['True', 'true', 'FALSE'])(
  'an inventory may write IsEnabled as %s',
  async (IsEnabled) => {
    const body = `<InventoryConfiguration><Id>list</Id><IsEnabled>${IsEnabled}</IsEnabled><Destination><COSBucketDestination><Bucket>qcs::cos:${REGION}::${BUCKET}</Bucket><Format>CSV</Format></COSBucketDestination></Destination><Schedule><Frequency>Daily</Frequency></Schedule></InventoryConfiguration>`
    const query = { inventory: '', id: 'list' }
    expect((await signed('PUT', '', { query, body })).status).toBe(200)
    const wrong = body.replace(IsEnabled, 'yes')
    expect(errorOf(await signed('PUT', '', { query, body: wrong })).code).toBe('MalformedXML')
  },
)

test('PUT referer with an empty body removes the rules', async () => {
  await setting(
    'referer',
    '<RefererConfiguration><Status>Enabled</Status><RefererType>White-List</RefererType><DomainList><Domain>*.qq.com</Domain></DomainList></RefererConfiguration>',
  )
  await put('open', 'x', { 'x-cos-acl': 'public-read' })
  expect((await send(cloud.cos, { path: '/open' })).status).toBe(403)
  expect((await setting('referer', '')).status).toBe(200)
  expect((await send(cloud.cos, { path: '/open' })).status).toBe(200)
  const read = await signed('GET', '', { query: { referer: '' } })
  expect([read.status, read.body]).toEqual([
    200,
    expect.stringContaining('<RefererConfiguration/>'),
  ])
  // Tencent's browser suite: a configuration that is there, but empty, is refused.
  const empty = await setting('referer', '<RefererConfiguration/>')
  expect(errorOf(empty).code).toBe('MalformedXML')
})

test('appends to an object of a bucket with versioning', async () => {
  await setting(
    'versioning',
    '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>',
  )
  await signed('DELETE', 'log')
  const append = (position: string, body: string) =>
    signed('POST', 'log', { query: { append: '', position }, body })
  expect((await append('0', 'one ')).status).toBe(200)
  expect((await append('4', 'two')).headers['x-cos-next-append-position']).toBe('7')
  expect((await signed('GET', 'log')).body).toBe('one two')
  const versions = await signed('GET', '', { query: { versions: '' } })
  expect(versions.body.match(/<Version>/g)).toHaveLength(1)
})

test.each(['//', '/////', '/./', '/././/'])(
  'a signed path %s, which names no object, does not act on the bucket',
  async (path) => {
    for (const method of ['GET', 'HEAD', 'DELETE', 'PUT']) {
      const { authorization } = signRequest(
        { method, pathname: path, query: {}, headers: { host: HOST } },
        { ...ROOT_KEY, keyTime: '1500000000;4000000000' },
        hash,
      )
      const headers = { Authorization: authorization }
      const response = await send(cloud.cos, { method, path, headers })
      expect([method, response.status]).toEqual([method, 400])
      if (method !== 'HEAD') expect(errorOf(response).code).toBe('InvalidURI')
    }
    expect((await signed('HEAD', '')).status).toBe(200)
  },
)

test('GET Service returns Marker and IsTruncated', async () => {
  const list = async (query: Record<string, string>) => {
    const host = 'service.cos.myqcloud.com'
    const { body } = await signed('GET', '', { host, query })
    return new XMLParser({ parseTagValue: false }).parse(body).ListAllMyBucketsResult
  }
  expect(await list({})).toMatchObject({ Marker: '', IsTruncated: 'false' })
  await signed('PUT', '', { host: HOST.replace('media', 'albums'), body: '' })
  const first = await list({ 'max-keys': '1' })
  expect(first).toMatchObject({ IsTruncated: 'true', NextMarker: 'albums-1250000000' })
  const rest = await list({ marker: first.NextMarker })
  expect(rest).toMatchObject({ Marker: 'albums-1250000000', IsTruncated: 'false' })
})

describe('a key that XML cannot contain', () => {
  const KEY = 'a\u0001b'
  const isValid = ({ body }: RawResponse) => {
    // fast-xml-parser lets control characters pass; XML 1.0 does not.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly those
    const control = /[\x00-\x08\x0b\x0c\x0e-\x1f]|&#x?[01]?[0-9a-f];/i
    return XMLValidator.validate(body) === true && !control.test(body)
  }

  test.each<[string, Record<string, string>]>([
    ['objects', {}],
    ['versions', { versions: '' }],
    ['uploads', { uploads: '' }],
  ])('is URL-encoded in a list of %s, with its EncodingType', async (_, query) => {
    await put(KEY)
    await put('plain 中')
    await signed('POST', KEY, { query: { uploads: '' }, body: '' })
    const listed = await signed('GET', '', { query })
    expect(isValid(listed)).toBe(true)
    expect(textOf(listed, 'EncodingType')).toBe('url')
    expect(listed.body).toContain('<Key>a%01b</Key>')
  })

  test('does not change other lists', async () => {
    await put('plain 中')
    const listed = await signed('GET', '')
    expect(listed.body).toContain('<Key>plain 中</Key>')
    expect(listed.body).not.toContain('EncodingType')
  })

  test('makes no other response invalid', async () => {
    const init = await signed('POST', KEY, { query: { uploads: '' }, body: '' })
    const uploadId = textOf(init, 'UploadId') as string
    const wrong = { SecretId: 'AKIDtestroot', SecretKey: 'wrong' }
    const answers = [
      init,
      await signed('GET', KEY, { query: { uploadId } }),
      await signed('GET', KEY, { key: wrong }),
      await signed('GET', '', { query: { prefix: KEY } }),
    ]
    expect(answers.map(isValid)).toEqual([true, true, true, true])
  })
})

test('a website’s redirects are read back with URLRedirect', async () => {
  await setting(
    'website',
    '<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument><RoutingRules><RoutingRule><Condition><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><ReplaceKeyWith>404.html</ReplaceKeyWith></Redirect></RoutingRule><RoutingRule><Condition><KeyPrefixEquals>a/</KeyPrefixEquals></Condition><Redirect><ReplaceKeyPrefixWith>b/</ReplaceKeyPrefixWith><URLRedirect>Disabled</URLRedirect></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>',
  )
  const { body } = await signed('GET', '', { query: { website: '' } })
  const { WebsiteConfiguration } = new XMLParser().parse(body)
  const rules = WebsiteConfiguration.RoutingRules.RoutingRule as { Redirect: object }[]
  expect(rules.map(({ Redirect }) => Redirect)).toEqual([
    { ReplaceKeyWith: '404.html', URLRedirect: 'Enabled' },
    { ReplaceKeyPrefixWith: 'b/', URLRedirect: 'Disabled' },
  ])
  expect(WebsiteConfiguration.IndexDocument).toEqual({ Suffix: 'index.html' })
})

test('default encryption is read back under its documented name', async () => {
  await setting(
    'encryption',
    '<ServerSideEncryptionConfiguration><Rule><ApplySideEncryptionConfiguration><SSEAlgorithm>AES256</SSEAlgorithm></ApplySideEncryptionConfiguration></Rule></ServerSideEncryptionConfiguration>',
  )
  const { body } = await signed('GET', '', { query: { encryption: '' } })
  expect(new XMLParser().parse(body).ServerSideEncryptionConfiguration).toEqual({
    Rule: { ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } },
  })
})
