import { createHash } from 'node:crypto'
import { parseTc3, readV1, verifyTc3 } from '../../packages/local-cloud/src/sts/signatures'
import { errorOf, type RawRequest, send, signByOfficialSdk } from '../support/cosRequests'
import { useTestCloud } from '../support/testCloud'

/** The key pair, bucket and requests of Tencent's documents. */
const PUBLISHED_KEY = {
  SecretId: 'AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q',
  SecretKey: 'BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz',
}
const HOST = 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com'
const OLD_HOST = 'bucket1-1254000000.cos.ap-beijing.myqcloud.com'

const cloud = useTestCloud({
  root: PUBLISHED_KEY,
  buckets: [
    { name: 'examplebucket-1250000000', region: 'ap-beijing' },
    { name: 'bucket1-1254000000', region: 'ap-beijing' },
  ],
  clock: () => now,
})
let now = Date.now()

/** Sends a request at the time the document was written. */
function at(seconds: number, request: RawRequest) {
  now = seconds * 1000
  return send(cloud.cos, request)
}

function authorization(keyTime: string, headers: string, params: string, signature: string) {
  const { SecretId } = PUBLISHED_KEY
  return `q-sign-algorithm=sha1&q-ak=${SecretId}&q-sign-time=${keyTime}&q-key-time=${keyTime}&q-header-list=${headers}&q-url-param-list=${params}&q-signature=${signature}`
}

/** A signed request with the published key. */
function signed(
  method: string,
  key: string,
  query: Record<string, string>,
  body?: string,
  headers: Record<string, string> = {},
) {
  now = Date.now()
  const signing = { ...PUBLISHED_KEY, method, key, query, headers: { ...headers, Host: HOST } }
  const search = Object.entries(query).map(([name, value]) => (value ? `${name}=${value}` : name))
  return send(cloud.cos, {
    method,
    path: `/${key}${search.length > 0 ? `?${search.join('&')}` : ''}`,
    headers: { ...signing.headers, Authorization: signByOfficialSdk(signing) },
    ...(body === undefined ? {} : { body }),
  })
}

const altered = (signature: string) => signature.replace(/.$/, (last) => (last === '0' ? '1' : '0'))

describe('the signatures of document 436/7778', () => {
  const upload = (signature: string): RawRequest => ({
    method: 'PUT',
    path: '/exampleobject%28%E8%85%BE%E8%AE%AF%E4%BA%91%29',
    headers: {
      Host: HOST,
      Date: 'Thu, 16 May 2019 06:45:51 GMT',
      'Content-Type': 'text/plain',
      'Content-Length': 13,
      'Content-MD5': 'mQ/fVh815F3k6TAUm8m0eg==',
      'x-cos-acl': 'private',
      'x-cos-grant-read': 'uin="100000000011"',
      Authorization: authorization(
        '1557989151;1557996351',
        'content-length;content-md5;content-type;date;host;x-cos-acl;x-cos-grant-read',
        '',
        signature,
      ),
    },
    body: 'ObjectContent',
  })
  const download = (signature: string): RawRequest => ({
    path: '/exampleobject%28%E8%85%BE%E8%AE%AF%E4%BA%91%29?response-content-type=application%2Foctet-stream&response-cache-control=max-age%3D600',
    headers: {
      Host: HOST,
      Date: 'Thu, 16 May 2019 06:55:53 GMT',
      Authorization: authorization(
        '1557989753;1557996953',
        'date;host',
        'response-cache-control;response-content-type',
        signature,
      ),
    },
  })
  const UPLOAD = '3b8851a11a569213c17ba8fa7dcf2abec6935172'
  const DOWNLOAD = '01681b8c9d798a678e43b685a9f1bba0f6c0e012'

  test('allow the upload and the download while they are valid', async () => {
    const put = await at(1557989151, upload(UPLOAD))
    expect([put.status, put.headers.etag]).toEqual([200, '"990fdf561f35e45de4e930149bc9b47a"'])
    const get = await at(1557989753, download(DOWNLOAD))
    expect([get.status, get.body]).toEqual([200, 'ObjectContent'])
    expect(get.headers['cache-control']).toBe('max-age=600')
  })

  test('are refused if a digit is changed or they have expired', async () => {
    const wrong = await at(1557989151, upload(altered(UPLOAD)))
    expect([wrong.status, errorOf(wrong).code]).toEqual([403, 'SignatureDoesNotMatch'])
    expect(wrong.body).toContain('8b2751e77f43a0995d6e9eb9477f4b685cca4172')
    const late = await at(1557996954, download(DOWNLOAD))
    expect([late.status, errorOf(late)]).toEqual([
      403,
      { code: 'AccessDenied', message: 'Request has expired' },
    ])
  })

  test('the older sample of a ranged download is accepted too', async () => {
    const range = (signature: string): RawRequest => ({
      path: '/testfile',
      headers: {
        Host: OLD_HOST,
        Range: 'bytes=0-3',
        Authorization: authorization('1417773892;1417853898', 'host;range', '', signature),
      },
    })
    const good = await at(1417773900, range('4b6cbab14ce01381c29032423481ebffd514e8be'))
    expect([good.status, errorOf(good).code]).toEqual([404, 'NoSuchKey'])
    const bad = await at(1417773900, range('4b6cbab14ce01381c29032423481ebffd514e8bf'))
    expect(errorOf(bad).code).toBe('SignatureDoesNotMatch')
  })
})

describe('the form that document 436/14690 signs', () => {
  const KEY_TIME = '1567150692;1567157892'
  const POLICY = `{
    "expiration": "2019-08-30T09:38:12.414Z",
    "conditions": [
        { "acl": "default" },
        { "bucket": "examplebucket-1250000000" },
        [ "starts-with", "$key", "folder/subfolder/" ],
        [ "starts-with", "$Content-Type", "image/" ],
        [ "starts-with", "$success_action_redirect", "https://my.website/" ],
        [ "eq", "$x-cos-server-side-encryption", "AES256" ],
        { "q-sign-algorithm": "sha1" },
        { "q-ak": "AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q" },
        { "q-sign-time": "1567150692;1567157892" }
    ]
}`
  function form(change: Record<string, string>) {
    const fields = {
      key: 'folder/subfolder/a.png',
      acl: 'default',
      'Content-Type': 'image/png',
      success_action_redirect: 'https://my.website/done',
      'x-cos-server-side-encryption': 'AES256',
      policy: Buffer.from(POLICY).toString('base64'),
      'q-sign-algorithm': 'sha1',
      'q-ak': PUBLISHED_KEY.SecretId,
      'q-key-time': KEY_TIME,
      'q-signature': '7758dc9a832e9d301dca704cacbf9d9f8172fdef',
      ...change,
    }
    const parts = Object.entries(fields).map(
      ([name, value]) =>
        `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    const file = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n'
    return at(1567150700, {
      method: 'POST',
      headers: { Host: HOST, 'Content-Type': 'multipart/form-data; boundary=b' },
      body: `${parts.join('')}${file}--b--\r\n`,
    })
  }

  test('is accepted, its encryption included', async () => {
    const { status, headers } = await form({})
    expect([status, headers['x-cos-server-side-encryption']]).toEqual([303, 'AES256'])
    expect(headers.location).toMatch(/^https:\/\/my\.website\/done\?/)
  })

  test.each([
    [{ 'q-signature': '7758dc9a832e9d301dca704cacbf9d9f8172fdee' }, 'SignatureDoesNotMatch'],
    [{ key: 'elsewhere/a.png' }, 'AccessDenied'],
    [{ 'Content-Type': 'text/html' }, 'AccessDenied'],
    [{ success_action_redirect: 'https://other.website/' }, 'AccessDenied'],
  ])('is refused with %j', async (change, code) => {
    const response = await form(change as Record<string, string>)
    expect([response.status, errorOf(response).code]).toEqual([403, code])
  })
})

test.each([
  ['[Object Content]', 'ee8de918d05640145b18f70f4c3aa602', '16749565679157681890'],
  ['[Object Content Version 2]', '22e024392de860289f0baa7d6cf8a549', '11596229263574363878'],
  ['[Object Part]', '108f528eb63b65e734f27ae331f5ffaa', '4510578591875220731'],
])('the body %s has its printed ETag and CRC64, as object and as part', async (body, md5, crc) => {
  const put = await signed('PUT', 'printed', {}, body)
  expect(put.headers).toMatchObject({ etag: `"${md5}"`, 'x-cos-hash-crc64ecma': crc })
  const head = await signed('HEAD', 'printed', {})
  expect(head.headers).toMatchObject({ etag: `"${md5}"`, 'x-cos-hash-crc64ecma': crc })
  const begun = await signed('POST', 'printed-parts', { uploads: '' }, '')
  const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(begun.body)?.[1] as string
  const part = await signed('PUT', 'printed-parts', { partNumber: '1', uploadId }, body)
  expect(part.headers).toMatchObject({ etag: `"${md5}"`, 'x-cos-hash-crc64ecma': crc })
})

const tabbed = (text: string) => text.replace(/ {2}/g, '\t').replace(/\n/g, '\r\n')
const deletion = (quiet: boolean, keys: string[]) =>
  tabbed(
    `<Delete>\n  <Quiet>${quiet}</Quiet>\n${keys
      .map((key) => `  <Object>\n    <Key>${key}</Key>\n  </Object>\n`)
      .join('')}</Delete>`,
  )
const OBJECTS = ['example-object-1.jpg', 'example-object-2.jpg']

test.each([
  ['deletes two objects', deletion(false, OBJECTS), 158, 'zUd/xgzNGDrqJMJUOWV2AQ=='],
  ['deletes two quietly', deletion(true, OBJECTS), 157, '+iI9kJvM2k/y5y3nHcn8BQ=='],
  ['deletes one', deletion(false, OBJECTS.slice(0, 1)), 100, 'MowFtlG7iwK7Wmk79IVXFA=='],
])(
  'the published document that %s has its published length and Content-MD5',
  async (_, xml, length, md5) => {
    expect([xml.length, createHash('md5').update(xml).digest('base64')]).toEqual([length, md5])
    const taken = await signed('POST', '', { delete: '' }, xml, { 'Content-MD5': md5 })
    expect(taken.status).toBe(200)
    const changed = await signed('POST', '', { delete: '' }, xml.replace('.jpg', '.png'), {
      'Content-MD5': md5,
    })
    expect([changed.status, errorOf(changed).code]).toEqual([400, 'BadDigest'])
  },
)

test('the quiet response has the published 15 bytes, the verbose one lists the keys', async () => {
  const md5 = '+iI9kJvM2k/y5y3nHcn8BQ=='
  const quiet = await signed('POST', '', { delete: '' }, deletion(true, OBJECTS), {
    'Content-MD5': md5,
  })
  expect([quiet.body, quiet.headers['content-length']]).toEqual(['<DeleteResult/>', '15'])
})

test('the published ACL document is stored and returned', async () => {
  const grant = (type: string, who: string, permission: string) =>
    `\t\t<Grant>\n\t\t\t<Grantee xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="${type}">\n\t\t\t\t${who}\n\t\t\t</Grantee>\n\t\t\t<Permission>${permission}</Permission>\n\t\t</Grant>\n`
  const everybody = grant(
    'Group',
    '<URI>http://cam.qcloud.com/groups/global/AllUsers</URI>',
    'READ',
  )
  const somebody = grant(
    'CanonicalUser',
    '<ID>qcs::cam::uin/100000000002:uin/100000000002</ID>',
    'READ_ACP',
  )
  const xml = `<AccessControlPolicy>\n\t<Owner>\n\t\t<ID>qcs::cam::uin/100000000001:uin/100000000001</ID>\n\t</Owner>\n\t<AccessControlList>\n${everybody}${somebody}\t</AccessControlList>\n</AccessControlPolicy>`
  const md5 = 'zUPEBc1TeGrqTqEfPV7rxg=='
  expect([xml.length, createHash('md5').update(xml).digest('base64')]).toEqual([594, md5])
  await signed('PUT', 'acl', {}, 'x')
  const put = await signed('PUT', 'acl', { acl: '' }, xml, { 'Content-MD5': md5 })
  expect(put.status).toBe(200)
  const got = await signed('GET', 'acl', { acl: '' })
  expect(got.body).toContain('xsi:type="Group"><URI>http://cam.qcloud.com/groups/global/AllUsers')
  expect(got.body).toContain('<ID>qcs::cam::uin/100000000002:uin/100000000002</ID>')
})

describe('the published call signatures of the Tencent Cloud API', () => {
  const KEY = {
    SecretId: 'AKIDz8krbsJ5yKBZQpn74WFkmLPx3EXAMPLE',
    SecretKey: 'Gu5t9xGARNpq86cd98joQYCN3EXAMPLE',
  }
  const tc3 = (signature: string) => {
    const auth = parseTc3(
      `TC3-HMAC-SHA256 Credential=${KEY.SecretId}/2018-10-09/cvm/tc3_request, SignedHeaders=content-type;host, Signature=${signature}`,
    )
    const headers = {
      host: 'cvm.tencentcloudapi.com',
      'content-type': 'application/x-www-form-urlencoded',
      'x-tc-timestamp': '1539084154',
    }
    const call = { method: 'GET', query: 'Limit=10&Offset=0', headers, body: '' }
    return () => verifyTc3(call, auth, KEY.SecretKey, 1539084154)
  }
  const TC3 = '5da7a33f6993f0614b047e5df4582db9e9bf4672ba50567dba16c6ccf174c474'

  test('TC3-HMAC-SHA256', () => {
    expect(tc3(TC3)).not.toThrow()
    expect(tc3(altered(TC3))).toThrow('could not be validated')
  })

  test('HmacSHA1 of API version 1', () => {
    const call = (Signature: string) =>
      readV1(
        'GET',
        'cvm.tencentcloudapi.com',
        new URLSearchParams({
          Action: 'DescribeInstances',
          'InstanceIds.0': 'ins-09dx96dg',
          Limit: '20',
          Nonce: '11886',
          Offset: '0',
          Region: 'ap-guangzhou',
          SecretId: KEY.SecretId,
          Timestamp: '1465185768',
          Version: '2017-03-12',
          Signature,
        }),
      )
    const verify = (signature: string) => () => call(signature).verify(KEY.SecretKey, 1465185768)
    expect(verify('EliP9YW3pW28FpsEdkXt/+WcGeI=')).not.toThrow()
    expect(verify('EliP9YW3pW28FpsEdkXt/+WcGaI=')).toThrow('does not match')
  })
})
