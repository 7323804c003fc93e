import { createHash } from 'node:crypto'
import COS from 'cos-nodejs-sdk-v5'
import { withoutSecrets } from '../../packages/local-cloud/src/cos/requestLog'
import { errorOf, type Signing, send, signByOfficialSdk } from '../support/cosRequests'
import { BUCKET, HOST, REGION, ROOT_KEY, temporaryKey, useTestCloud } from '../support/testCloud'

const cloud = useTestCloud({}, 'test')

type Headers = Record<string, string | number>

function root(signing: Signing, body?: string, sent: Headers = {}) {
  const query = Object.entries(signing.query ?? {}).map(([n, v]) =>
    v ? `${n}=${encodeURIComponent(v)}` : n,
  )
  return send(cloud.cos, {
    method: signing.method ?? 'GET',
    path: `/${signing.key ?? ''}${query.length > 0 ? `?${query.join('&')}` : ''}`,
    headers: { ...signing.headers, ...sent, Authorization: signByOfficialSdk(signing) },
    ...(body === undefined ? {} : { body }),
  })
}

const setting = (name: string, body: string) =>
  root({ method: 'PUT', query: { [name]: '' } }, body, {
    'Content-MD5': createHash('md5').update(body).digest('base64'),
  })
const put = (key: string, headers: Headers = {}) => root({ method: 'PUT', key, headers }, 'content')
const anybody = (method: string, path: string, headers: Headers = {}) =>
  send(cloud.cos, { method, path, headers })
const outcome = async (response: Promise<{ status: number; body: string }>) =>
  (await response).status

describe('ACLs', () => {
  test('make only the named object readable for everyone', async () => {
    await put('open', { 'x-cos-acl': 'public-read' })
    await put('closed')
    expect(await outcome(anybody('GET', '/open'))).toBe(200)
    expect(await outcome(anybody('HEAD', '/open'))).toBe(200)
    expect(await outcome(anybody('DELETE', '/open'))).toBe(403)
    expect(await outcome(anybody('PUT', '/open'))).toBe(403)
    expect(await outcome(anybody('GET', '/closed'))).toBe(403)
    expect(await outcome(anybody('GET', '/'))).toBe(403)
  })

  test('of a bucket apply to its objects without an ACL, not to private ones', async () => {
    await put('follows')
    await put('private', { 'x-cos-acl': 'private' })
    await root({ method: 'PUT', query: { acl: '' }, headers: { 'x-cos-acl': 'public-read' } })
    expect(await outcome(anybody('GET', '/follows'))).toBe(200)
    expect(await outcome(anybody('GET', '/'))).toBe(200)
    expect(await outcome(anybody('GET', '/private'))).toBe(403)
    expect(await outcome(anybody('PUT', '/new'))).toBe(403)
  })

  test('grant temporary keys what they grant everyone', async () => {
    await put('open', { 'x-cos-acl': 'public-read' })
    const key = await temporaryKey(cloud, [{ action: ['GetObject'], path: 'mine/*' }])
    const signing = { key: 'open', SecretId: key.tmpSecretId, SecretKey: key.tmpSecretKey }
    const response = await root(signing, undefined, { 'x-cos-security-token': key.sessionToken })
    expect(response.status).toBe(200)
  })

  test('that do not exist are refused', async () => {
    const response = await put('k', { 'x-cos-acl': 'public' })
    expect([response.status, errorOf(response).code]).toEqual([400, 'InvalidArgument'])
    expect((await put('k', { 'x-cos-acl': 'public-read-write' })).status).toBe(400)
  })
})

describe('bucket policies', () => {
  const policy = (...statement: object[]) =>
    setting(
      'policy',
      JSON.stringify({
        version: '2.0',
        statement: statement.map((one) => ({
          effect: 'allow',
          principal: { qcs: ['qcs::cam::anyone:anyone'] },
          action: ['name/cos:GetObject'],
          resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/open/*`],
          ...one,
        })),
      }),
    )

  test('allow everyone the actions that they list', async () => {
    await put('open/a')
    expect((await policy({})).status).toBe(204)
    expect(await outcome(anybody('GET', '/open/a'))).toBe(200)
    expect(await outcome(anybody('GET', '/other'))).toBe(403)
  })

  test('deny what a key allows, even to the owner, who can still delete the policy', async () => {
    await put('open/a')
    await policy({ effect: 'deny' })
    const response = await root({ key: 'open/a' })
    expect([response.status, errorOf(response).code]).toEqual([403, 'AccessDenied'])
    expect(response.body).toContain('<Decision>bucket policy: statement[0] denies it</Decision>')
    expect((await root({ method: 'DELETE', query: { policy: '' } })).status).toBe(204)
    expect((await root({ key: 'open/a' })).status).toBe(200)
  })

  test('apply only where their conditions hold', async () => {
    await put('open/a')
    await policy({ condition: { ip_equal: { 'qcs:ip': ['10.0.0.0/8'] } } })
    expect(await outcome(anybody('GET', '/open/a'))).toBe(403)
    await policy({ condition: { ip_equal: { 'qcs:ip': ['127.0.0.1/32'] } } })
    expect(await outcome(anybody('GET', '/open/a'))).toBe(200)
  })

  test.each([
    ['no JSON', 'x'],
    [
      'no principal',
      JSON.stringify({
        version: '2.0',
        statement: [{ effect: 'allow', action: ['*'], resource: ['*'] }],
      }),
    ],
    [
      'an unknown effect',
      JSON.stringify({
        version: '2.0',
        statement: [{ effect: 'maybe', principal: '*', action: ['*'], resource: ['*'] }],
      }),
    ],
  ])('that are %s are refused', async (_, text) => {
    const response = await setting('policy', text)
    expect([response.status, errorOf(response).code]).toEqual([400, 'MalformedPolicy'])
  })
})

describe('cross-origin rules', () => {
  const RULES =
    '<CORSConfiguration><CORSRule><AllowedOrigin>https://*.a.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod><AllowedMethod>GET</AllowedMethod><AllowedHeader>x-cos-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader><MaxAgeSeconds>60</MaxAgeSeconds></CORSRule><CORSRule><AllowedOrigin>*</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>'
  const preflight = (origin: string, method: string, headers?: string) =>
    anybody('OPTIONS', '/k', {
      Origin: origin,
      'Access-Control-Request-Method': method,
      ...(headers ? { 'Access-Control-Request-Headers': headers } : {}),
    })

  test('answer a preflight by the first matching rule', async () => {
    await setting('cors', RULES)
    const response = await preflight('https://x.a.com', 'PUT', 'x-cos-meta-a')
    expect(response.status).toBe(200)
    expect(response.headers).toMatchObject({
      'access-control-allow-origin': 'https://x.a.com',
      'access-control-allow-methods': 'PUT,GET',
      'access-control-allow-headers': 'x-cos-meta-a',
      'access-control-expose-headers': 'ETag',
      'access-control-max-age': '60',
      'access-control-allow-credentials': 'true',
    })
    const any = await preflight('https://b.com', 'GET')
    expect(any.headers['access-control-allow-origin']).toBe('*')
    expect(any.headers['access-control-allow-credentials']).toBeUndefined()
  })

  test.each([
    ['another origin', 'https://b.com', 'PUT', undefined],
    ['another method', 'https://x.a.com', 'DELETE', undefined],
    ['another header', 'https://x.a.com', 'PUT', 'authorization'],
  ])('refuse %s', async (_, origin, method, headers) => {
    await setting('cors', RULES)
    const response = await preflight(origin, method, headers)
    expect([response.status, errorOf(response).code]).toEqual([403, 'AccessForbidden'])
  })

  test('add their headers to every response, errors included', async () => {
    await setting('cors', RULES)
    const response = await anybody('GET', '/nothing', { Origin: 'https://b.com' })
    expect(response.status).toBe(403)
    expect(response.headers['access-control-allow-origin']).toBe('*')
  })

  test('refuse every preflight if there are none', async () => {
    expect((await preflight('https://a.com', 'GET')).status).toBe(403)
  })
})

test('a referer allowlist admits the listed domains only', async () => {
  await put('k', { 'x-cos-acl': 'public-read' })
  const referer = (type: string, empty: string) =>
    setting(
      'referer',
      `<RefererConfiguration><Status>Enabled</Status><RefererType>${type}</RefererType><DomainList><Domain>*.a.com</Domain><Domain>servicewechat.com</Domain></DomainList><EmptyReferConfiguration>${empty}</EmptyReferConfiguration></RefererConfiguration>`,
    )
  const from = (value?: string) => outcome(anybody('GET', '/k', value ? { Referer: value } : {}))
  await referer('White-List', 'Deny')
  expect(await from('https://x.a.com/page')).toBe(200)
  expect(await from('https://servicewechat.com/wx1/1/page-frame.html')).toBe(200)
  expect(await from('https://b.com/')).toBe(403)
  expect(await from()).toBe(403)
  await referer('Black-List', 'Allow')
  expect(await from('https://x.a.com/page')).toBe(403)
  expect(await from('https://b.com/')).toBe(200)
  expect(await from()).toBe(200)
  await referer('White-List', 'Deny')
  const refused = await anybody('GET', '/k', { Referer: 'https://b.com/' })
  expect(errorOf(refused).message).toBe('You are denied by bucket referer rule')
})

describe('strict signatures', () => {
  const presigned = async (extra: string) => {
    const path = `/k?${signByOfficialSdk({ method: 'PUT', key: 'k' })}${extra}`
    return send(cloud.cos, {
      method: 'PUT',
      path,
      body: 'x',
      headers: { 'x-cos-storage-class': 'ARCHIVE' },
    })
  }
  const RULE =
    '<StrictSignatureConfiguration><Rule><ID>all</ID><actionlist><action>*</action></actionlist><headerlist><header>Host</header><header>x-cos-*</header></headerlist><paramlist><param>all</param></paramlist></Rule></StrictSignatureConfiguration>'

  test('are off by default: unsigned fields are not checked, as in COS', async () => {
    expect((await presigned('&x=1')).status).toBe(200)
  })

  test('refuse headers and parameters that were not signed', async () => {
    expect((await setting('strict-signature', RULE)).status).toBe(200)
    const response = await presigned('')
    expect([response.status, errorOf(response).code]).toEqual([403, 'AccessDenied'])
    expect(errorOf(response).message).toContain(
      'Strict signature missing header that must be signed',
    )
    const read = `/k?${signByOfficialSdk({ key: 'k' })}`
    const param = await anybody('GET', `${read}&response-content-type=text%2Fhtml`)
    expect(errorOf(param).message).toContain('Strict signature missing param that must be signed')
    expect((await root({ key: 'k' })).status).toBe(404)
  })

  test('apply to copies and multi-object deletions too', async () => {
    await setting('strict-signature', RULE)
    const source = { 'x-cos-copy-source': `${HOST}/k` }
    const copy = await send(cloud.cos, {
      method: 'PUT',
      path: '/copy',
      headers: { ...source, Authorization: signByOfficialSdk({ method: 'PUT', key: 'copy' }) },
    })
    expect(errorOf(copy).message).toContain('Strict signature missing header')
    const Authorization = signByOfficialSdk({ method: 'POST' })
    const deletion = await send(cloud.cos, {
      method: 'POST',
      path: '/?delete',
      headers: { Authorization },
      body: '<Delete/>',
    })
    expect(errorOf(deletion).message).toContain('Strict signature missing param')
  })
})

test('the acceleration endpoint serves a bucket only once it is enabled', async () => {
  const Host = `${BUCKET}.cos.accelerate.myqcloud.com`
  const get = () => root({ key: 'k', headers: { Host } })
  const refused = await get()
  expect([refused.status, errorOf(refused).code]).toEqual([400, 'BucketAccelerateNotEnabled'])
  await setting(
    'accelerate',
    '<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>',
  )
  expect((await get()).status).toBe(404)
})

describe('attacks', () => {
  const versioning = (Status: string) =>
    setting(
      'versioning',
      `<VersioningConfiguration><Status>${Status}</Status></VersioningConfiguration>`,
    )

  test('a private version stays private below a public version or a delete marker', async () => {
    await versioning('Enabled')
    const first = (await put('doc')).headers['x-cos-version-id']
    await put('doc', { 'x-cos-acl': 'public-read' })
    expect(await outcome(anybody('GET', '/doc'))).toBe(200)
    expect(await outcome(anybody('GET', `/doc?versionId=${first}`))).toBe(403)
    await root({ method: 'PUT', query: { acl: '' }, headers: { 'x-cos-acl': 'public-read' } })
    const secret = (await put('secret', { 'x-cos-acl': 'private' })).headers['x-cos-version-id']
    await root({ method: 'DELETE', key: 'secret' })
    expect(await outcome(anybody('GET', `/secret?versionId=${secret}`))).toBe(403)
  })

  test('the JSON API signature allows reading its key only', async () => {
    await put('k')
    const sign = (key: string) =>
      encodeURIComponent(
        COS.prototype.getV4Auth.call({ options: {} }, {
          ...ROOT_KEY,
          Bucket: BUCKET,
          Key: key,
        } as never) as unknown as string,
      )
    const status = (method: string, path: string) => outcome(anybody(method, path))
    expect(await status('GET', `/k?sign=${sign('k')}`)).toBe(200)
    expect(await status('GET', `/other?sign=${sign('k')}`)).toBe(403)
    expect(await status('DELETE', `/k?sign=${sign('k')}`)).toBe(403)
    expect(await status('GET', `/?policy&sign=${sign('')}`)).toBe(403)
    await setting(
      'strict-signature',
      '<StrictSignatureConfiguration><Rule><ID>a</ID><actionlist><action>*</action></actionlist><headerlist><header>Host</header></headerlist></Rule></StrictSignatureConfiguration>',
    )
    expect(await status('GET', `/k?sign=${sign('k')}`)).toBe(403)
  })

  test('the log contains no signatures or tokens, however their names are encoded', () => {
    const logged = withoutSecrets('/k?a=1&%73ign=x1&q%2Dsignature=x2&X-Cos-Security-Token=x3&b=2')
    expect(logged).toBe('/k?a=1&%73ign=…&q%2Dsignature=…&X-Cos-Security-Token=…&b=2')
  })

  test('an older version can be copied over the current one', async () => {
    await versioning('Enabled')
    const first = (await put('doc')).headers['x-cos-version-id']
    await root({ method: 'PUT', key: 'doc' }, 'newer')
    const source = { 'x-cos-copy-source': `${HOST}/doc?versionId=${first}` }
    expect((await root({ method: 'PUT', key: 'doc', headers: source }, '')).status).toBe(200)
    expect((await root({ key: 'doc' })).body).toBe('content')
  })
})
