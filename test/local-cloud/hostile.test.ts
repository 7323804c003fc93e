import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { errorOf, type Signing, send, signByOfficialSdk } from '../support/cosRequests'
import { HOST, startTestCloud, useTestCloud } from '../support/testCloud'

const cloud = useTestCloud()
// The cloud must still work after each test.
afterEach(async () => {
  expect((await signed({ method: 'HEAD' })).status).toBe(200)
})

function signed(signing: Signing, path?: string, body?: string | Buffer, headers = {}) {
  return send(cloud.cos, {
    method: signing.method ?? 'GET',
    path: path ?? `/${signing.key ?? ''}`,
    headers: { Authorization: signByOfficialSdk(signing), ...headers },
    ...(body === undefined ? {} : { body }),
  })
}

const put = (key: string, body = 'x', headers = {}) =>
  signed({ method: 'PUT', key }, undefined, body, headers)

/** Sends raw bytes. @returns everything that is received until the connection ends */
function raw(text: string, { endAfter = 0, destroyAfter = 0 } = {}): Promise<string> {
  const { hostname, port } = new URL(cloud.cos)
  return new Promise((resolve) => {
    let answer = ''
    const socket = connect(Number(port), hostname, () => {
      socket.write(text)
      if (endAfter) setTimeout(() => socket.end(), endAfter)
      if (destroyAfter) setTimeout(() => socket.destroy(), destroyAfter)
    })
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString('utf8')
      if (answer.includes('</Error>')) socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(answer))
  })
}

const form = (parts: string, closing = '--b--\r\n', headers = '') => {
  const body = parts + closing
  return `POST / HTTP/1.1\r\nHost: ${HOST}\r\n${headers}Content-Type: multipart/form-data; boundary=b\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}
const field = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const file = (content: string) =>
  `--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${content}\r\n`
const Signature = () => signByOfficialSdk({ method: 'POST' })

describe('forms', () => {
  test.each([
    ['unsigned, the last boundary missing', () => form(field('key', 'k') + file('x'), '')],
    [
      'signed, the last boundary missing',
      () => form(field('key', 'k') + field('Signature', Signature()) + file('x'), ''),
    ],
    ['truncated in a part header', () => form(`${field('key', 'k')}--b\r\nContent-Dispo`, '')],
    [
      'two fields that differ in case',
      () =>
        form(field('key', 'k') + field('Key', 'l') + field('Signature', Signature()) + file('x')),
    ],
  ])('%s', async (_, request) => {
    const answer = await raw(request())
    expect(answer).toMatch(/^HTTP\/1\.1 (400|403) /)
    expect(answer).toMatch(/<Code>(MalformedPOSTRequest|AccessDenied)<\/Code>/)
  })

  test('that are aborted leave nothing stored', async () => {
    const head = field('key', 'aborted') + field('Signature', Signature())
    const start = form(head + file('x'.repeat(100_000))).replace(
      /Content-Length: \d+/,
      'Content-Length: 5000000',
    )
    await Promise.all(Array.from({ length: 5 }, () => raw(start, { destroyAfter: 50 })))
    expect((await signed({ key: 'aborted' })).status).toBe(404)
  })

  test('with fields that are invalid headers are refused and store nothing', async () => {
    for (const bad of [field('x-cos-meta-a b', 'v'), field('x-cos-meta-ab', 'w\u0001')]) {
      const answer = await raw(
        form(field('key', 'poison') + bad + field('Signature', Signature()) + file('x')),
      )
      expect(answer).toContain('<Code>InvalidArgument</Code>')
    }
    expect((await signed({ key: 'poison' })).status).toBe(404)
  })
})

describe('a signature covers the fields that take effect', () => {
  test('a parameter in another case does not replace the signed one', async () => {
    await put('priv/a')
    const response = await signed({ query: { prefix: 'pub/' } }, '/?prefix=priv%2F&Prefix=pub%2F')
    expect([response.status, errorOf(response).code]).toEqual([403, 'SignatureDoesNotMatch'])
  })

  test.each([
    ['PUT', 'k', 'acl', 'x'],
    ['DELETE', 'k', 'tagging', undefined],
    ['GET', '', 'uploads', undefined],
  ])(
    'a signed %s /%s?%s does not allow it without the parameter',
    async (method, key, name, body) => {
      await put('k')
      const response = await signed({ method, key, query: { [name]: '' } }, `/${key}`, body)
      expect([response.status, errorOf(response).code]).toEqual([403, 'SignatureDoesNotMatch'])
      expect((await signed({ key: 'k' })).body).toBe('x')
    },
  )

  test('refuses a request without a header that was signed', async () => {
    const Authorization = signByOfficialSdk({ key: 'k', headers: { 'x-cos-meta-a': '' } })
    const list = /q-header-list=([^&]*)/.exec(Authorization)?.[1]
    const response = await send(cloud.cos, { path: '/k', headers: { Authorization } })
    expect([list, response.status]).toEqual(['host;x-cos-meta-a', 403])
  })

  test('unusual header names are verified as they were signed', async () => {
    const headers = { 'x-cos-a!b': '1' }
    expect(
      (await signed({ method: 'PUT', key: 'odd', headers }, undefined, 'x', headers)).status,
    ).toBe(200)
  })
})

describe('headers', () => {
  test('named like properties of Object.prototype have no effect', async () => {
    expect((await put('proto', 'x', { constructor: '1', __proto__: '2' })).status).toBe(200)
    expect((await signed({ key: 'proto' })).body).toBe('x')
  })

  test('with control characters are refused as response overrides', async () => {
    await put('ok')
    const query = { 'response-content-type': 'a\u0001b' }
    const response = await signed({ key: 'ok', query }, '/ok?response-content-type=a%01b')
    expect([response.status, errorOf(response).code]).toEqual([400, 'InvalidArgument'])
  })
})

describe('an invalid HTTP request gets an error document with a request id', () => {
  test.each([
    ['nonsense', 'nonsense\r\n\r\n', {}],
    [
      'a body shorter than announced',
      `PUT /short HTTP/1.1\r\nHost: ${HOST}\r\nContent-Length: 100\r\n\r\nabc`,
      { endAfter: 30 },
    ],
    [
      'headers that are too large',
      `GET / HTTP/1.1\r\nHost: ${HOST}\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`,
      {},
    ],
  ])('%s', async (_, text, options) => {
    const answer = await raw(text, options)
    expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /)
    expect(answer).toMatch(/x-cos-request-id: \S+/)
  })
})

test('refuses a body that makes no progress, and closes its connection', async () => {
  const impatient = await startTestCloud({ bodyIdleMs: 150 })
  try {
    const { hostname, port } = new URL(impatient.cos)
    const Authorization = signByOfficialSdk({ method: 'PUT', key: 'silent' })
    const socket = connect(Number(port), hostname)
    socket.write(
      `PUT /silent HTTP/1.1\r\nHost: ${HOST}\r\nAuthorization: ${Authorization}\r\nContent-Length: 10\r\n\r\nhalf`,
    )
    let answer = ''
    for await (const chunk of socket) answer += chunk
    expect(answer).toMatch(/^HTTP\/1.1 400 [\s\S]*<Code>RequestTimeout<\/Code>/)
    const read = { method: 'GET', key: 'silent' }
    const { status } = await send(impatient.cos, {
      path: '/silent',
      headers: { Authorization: signByOfficialSdk(read) },
    })
    expect(status).toBe(404)
  } finally {
    await impatient.end()
  }
})

test('a body sent byte by byte does not need a buffer per byte', async () => {
  const before = process.memoryUsage().rss
  const { hostname, port } = new URL(cloud.cos)
  const Authorization = signByOfficialSdk({ method: 'PUT', key: 'crumbs' })
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `PUT /crumbs HTTP/1.1\r\nHost: ${HOST}\r\nAuthorization: ${Authorization}\r\nTransfer-Encoding: chunked\r\n\r\n`,
      )
      const crumbs = '1\r\nx\r\n'.repeat(10_000)
      for (let i = 0; i < 10; i++) socket.write(crumbs)
      socket.write('0\r\n\r\n')
    })
    socket.on('data', () => socket.destroy())
    socket.on('close', () => resolve())
  })
  expect((await signed({ method: 'HEAD', key: 'crumbs' })).headers['content-length']).toBe('100000')
  expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024)
})

test('XML references are decoded, and a list with an invalid entry deletes nothing', async () => {
  const remove = (xml: string) => {
    const md5 = createHash('md5').update(xml).digest('base64')
    return signed({ method: 'POST', query: { delete: '' } }, '/?delete', xml, {
      'Content-MD5': md5,
    })
  }
  await put('zhong')
  expect(
    (await remove('<Delete><Object><Key>&#x7a;&#104;ong</Key></Object></Delete>')).body,
  ).toContain('<Key>zhong</Key>')
  expect((await signed({ key: 'zhong' })).status).toBe(404)
  await put('d1')
  const response = await remove(
    '<Delete><Object><Key>d1</Key></Object><Object><Key></Key></Object></Delete>',
  )
  expect(response.status).toBe(400)
  expect((await signed({ key: 'd1' })).status).toBe(200)
})

test('an upload that ends after its bucket is deleted is not acknowledged', async () => {
  const name = 'gone-1250000000'
  const host = `${name}.cos.ap-guangzhou.myqcloud.com`
  const at = (method: string, key = '') => ({ method, key, headers: { Host: host } })
  await signed(at('PUT'), undefined, '', { Host: host })
  const Authorization = signByOfficialSdk(at('PUT', 'slow'))
  const { hostname, port } = new URL(cloud.cos)
  const answer = await new Promise<string>((resolve) => {
    const socket = connect(Number(port), hostname, async () => {
      socket.write(
        `PUT /slow HTTP/1.1\r\nHost: ${host}\r\nAuthorization: ${Authorization}\r\nContent-Length: 4\r\n\r\nab`,
      )
      await new Promise((wait) => setTimeout(wait, 50))
      expect((await signed(at('DELETE'), undefined, undefined, { Host: host })).status).toBe(204)
      socket.write('cd')
    })
    socket.on('data', (chunk: Buffer) => {
      resolve(chunk.toString())
      socket.destroy()
    })
  })
  expect(answer).toMatch(/^HTTP\/1\.1 404 /)
  await signed(at('PUT'), undefined, '', { Host: host })
  const listed = await signed(at('GET'), undefined, undefined, { Host: host })
  expect(listed.body).not.toContain('<Key>')
})

test('an unsigned multi-object deletion is refused before its body is read', async () => {
  const response = await send(cloud.cos, {
    method: 'POST',
    path: '/?delete',
    headers: { 'Content-MD5': 'AAAAAAAAAAAAAAAAAAAAAA==' },
    body: '<Delete/>',
  })
  expect([response.status, errorOf(response).code]).toEqual([403, 'AccessDenied'])
})
