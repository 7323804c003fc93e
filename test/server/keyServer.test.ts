import { createServer, type RequestListener, type Server } from 'node:http'
import { createKeyServer, type KeyServerOptions, nodeListener } from '@miniprogram-cos/server'
import { config } from '../../cos.config'
import { type FunctionAnswer, sendWithKey } from '../support/functionCalls'
import { captureFunctionLog, environmentOf } from '../support/functionsInProcess'
import { listenLocally, stopServer } from '../support/localServer'
import { ATTACKER, OWN, THEIRS, useCountedCloud } from './attacks/attack'
import { REFUSED_EVENTS } from './attacks/requests'

const SESSION = 'session-of-the-attacker'

const { cloud, sts } = useCountedCloud()
const lines = captureFunctionLog()
let handler: (request: Request) => Promise<Response>

/** The login of these tests: a session of which the server knows the user. */
const identify: KeyServerOptions['identify'] = (request) =>
  request.headers.get('authorization') === `Bearer ${SESSION}` ? { openid: ATTACKER } : undefined

const createHandler = (options: Partial<KeyServerOptions> = {}) =>
  createKeyServer({ config, environment: environmentOf(cloud), identify, ...options })

beforeAll(async () => {
  handler = createHandler()
})

interface Sent {
  session?: string | undefined
  method?: string
  type?: string
  body?: NonNullable<RequestInit['body']>
}

function requestOf(name: string, event: unknown = {}, sent: Sent = {}): Request {
  const { session = SESSION, method = 'POST', type = 'application/json' } = sent
  const body = method === 'POST' ? (sent.body ?? JSON.stringify(event)) : undefined
  // `duplex` is missing from the types of RequestInit.
  const init = {
    method,
    headers: { 'Content-Type': type, Authorization: `Bearer ${session}` },
    ...(body === undefined ? {} : { body, duplex: 'half' }),
  }
  return new Request(`https://keys.example.com/cos/${name}`, init as RequestInit)
}

interface Answered {
  status: number
  headers: Headers
  answer: FunctionAnswer
}

async function answerTo(request: Request, by = handler): Promise<Answered> {
  const response = await by(request)
  const { status, headers } = response
  return { status, headers, answer: (await response.json()) as FunctionAnswer }
}

const ask = (name: string, event: unknown = {}, sent: Sent = {}) =>
  answerTo(requestOf(name, event, sent))

describe('a verified caller', () => {
  test('gets a key for their own folder, which COS accepts', async () => {
    const { status, headers, answer } = await ask('cos-credentials')
    expect(status).toBe(200)
    expect(answer.prefix).toBe(OWN)
    expect(headers.get('cache-control')).toBe('no-store')
    const put = { method: 'PUT', key: `${OWN}a.txt`, body: 'a' }
    expect((await sendWithKey(cloud, answer, put)).status).toBe(200)
    const foreign = { method: 'PUT', key: `${THEIRS}a.txt`, body: 'a' }
    expect((await sendWithKey(cloud, answer, foreign)).status).toBe(403)
  })

  test('gets requests signed', async () => {
    const event = { Method: 'GET', Key: `${OWN}a.txt` }
    const { status, answer } = await ask('cos-signature', event)
    expect(status).toBe(200)
    expect(answer.authorization).toContain('q-signature=')
  })

  test('leaves one line in the log for each call, without OPENID and secrets', async () => {
    const { answer } = await ask('cos-credentials', { verbs: ['read'] })
    expect(lines).toHaveLength(1)
    expect(JSON.parse(lines[0] as string)).toMatchObject({ fn: 'cos-credentials', outcome: 'ok' })
    expect(lines[0]).not.toContain(ATTACKER)
    expect(lines[0]).not.toContain(answer.credentials?.tmpSecretKey)
  })

  test('gets Retry-After after too many keys', async () => {
    const limited = createHandler({ config: { ...config, keysPerMinute: 1 } })
    await answerTo(requestOf('cos-credentials'), limited)
    const { status, headers, answer } = await answerTo(
      requestOf('cos-credentials', { verbs: ['read'] }),
      limited,
    )
    expect([status, answer.error?.code]).toEqual([429, 'KitTooManyRequests'])
    expect(headers.get('retry-after')).toBe(String(answer.error?.retryAfter))
  })
})

describe('no key without a verified caller', () => {
  const callers: [string, unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['an empty object', {}],
    ['an OPENID that is a number', { openid: 12345 }],
    ['an OPENID of digits alone', { openid: '12345' }],
    ['an empty OPENID', { openid: '' }],
    ['a pattern', { openid: '*' }],
    ['a path', { openid: '../..' }],
    ['a list', { openid: [ATTACKER] }],
    ['an OPENID that is too long', { openid: 'x'.repeat(65) }],
    ['an OPENID with a line break', { openid: `${ATTACKER}\n` }],
  ]
  test.each(callers)('when identify gives %s', async (_, caller) => {
    const strange = createHandler({ identify: () => caller as undefined })
    for (const name of ['cos-credentials', 'cos-signature']) {
      const { status, answer } = await answerTo(requestOf(name), strange)
      expect([status, answer.error?.code]).toEqual([401, 'KitNoIdentity'])
      expect(Object.keys(answer)).toEqual(['error'])
    }
    expect(sts.calls).toBe(0)
  })

  test.each([
    ['throws', () => Promise.reject(new Error('password of the database'))],
    [
      'throws at once',
      () => {
        throw new Error('password of the database')
      },
    ],
  ])('when identify %s, and what it threw is neither answered nor logged', async (_, failing) => {
    const { status, answer } = await answerTo(
      requestOf('cos-credentials'),
      createHandler({ identify: failing }),
    )
    expect([status, answer.error?.code]).toEqual([500, 'KitInternal'])
    expect(JSON.stringify([answer, lines])).not.toContain('password')
    expect(sts.calls).toBe(0)
  })

  test('when the session is unknown, whatever the body claims', async () => {
    const claims = { openid: ATTACKER, OPENID: ATTACKER, userInfo: { openId: ATTACKER } }
    const { status, answer } = await ask('cos-credentials', claims, { session: 'another' })
    expect([status, answer.error?.code]).toEqual([401, 'KitNoIdentity'])
  })

  test('when the configuration names another mini program', async () => {
    const own = createHandler({ config: { ...config, appid: 'wx1' } })
    expect((await answerTo(requestOf('cos-credentials'), own)).status).toBe(401)
    const identified = createHandler({
      config: { ...config, appid: 'wx1' },
      identify: () => ({ openid: ATTACKER, appid: 'wx1' }),
    })
    expect((await answerTo(requestOf('cos-credentials'), identified)).status).toBe(200)
  })

  test('identify gets headers and URL, and no body', async () => {
    let body: unknown = 'not asked'
    const curious = createHandler({
      identify(request) {
        body = request.body
        return { openid: ATTACKER }
      },
    })
    expect((await answerTo(requestOf('cos-credentials'), curious)).status).toBe(200)
    expect(body).toBeNull()
  })
})

describe('a request that is not a call of a function', () => {
  test.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('%s is refused', async (method) => {
    const response = await handler(requestOf('cos-credentials', {}, { method }))
    expect(response.status).toBe(405)
    expect(response.headers.get('allow')).toBe('POST')
  })

  test('has no CORS headers in its answer', async () => {
    for (const sent of [{}, { method: 'OPTIONS' }, { session: 'another' }]) {
      const { headers } = await handler(requestOf('cos-credentials', {}, sent))
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
    }
  })

  test.each(['', 'cos-credentials/', 'constructor', '__proto__', 'cos-credentials%2f', 'x'])(
    'for the function "%s" is refused',
    async (name) => expect((await ask(name)).status).toBe(404),
  )

  test('for a function that is not offered is refused', async () => {
    const strict = createHandler({ functions: ['cos-signature'] })
    expect((await answerTo(requestOf('cos-credentials'), strict)).status).toBe(404)
    expect((await answerTo(requestOf('cos-signature'), strict)).status).toBe(200)
  })

  test.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', ''])(
    'of the content type "%s" is refused',
    async (type) => expect((await ask('cos-credentials', {}, { type })).status).toBe(415),
  )

  test.each([
    ['empty', ''],
    ['no JSON', '{'],
    ['a list', '[]'],
    ['null', 'null'],
    ['a text', '"x"'],
    ['no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
  ])('whose body is %s is refused', async (_, body) => {
    const { status, answer } = await ask('cos-credentials', {}, { body })
    expect([status, answer.error?.code]).toEqual([400, 'KitBadRequest'])
    expect(sts.calls).toBe(0)
  })

  test('with a body that is too long is refused before all of it is read', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 65_536
        controller.enqueue(new Uint8Array(65_536))
      },
    })
    expect((await ask('cos-credentials', {}, { body: endless })).status).toBe(413)
    expect(sent).toBeLessThan(1_000_000)
    const tight = createHandler({ maxBodyBytes: 10 })
    expect((await answerTo(requestOf('cos-credentials', { verbs: ['read'] }), tight)).status).toBe(
      413,
    )
    expect(sts.calls).toBe(0)
  })
})

describe('the attack corpus over HTTP', () => {
  test('has at least 300 events', () => expect(REFUSED_EVENTS.length).toBeGreaterThanOrEqual(300))

  test.each(REFUSED_EVENTS)('$fn refuses $name', async ({ fn, event, codes }) => {
    const { status, answer } = await ask(fn, event)
    expect([...codes, 'KitBadRequest']).toContain(answer.error?.code)
    expect(Object.keys(answer)).toEqual(['error'])
    expect([400, 401, 403]).toContain(status)
    expect(sts.calls).toBe(0)
  })
})

describe('as a listener of node:http', () => {
  const servers: Server[] = []
  let origin: string

  async function listen(listener: RequestListener): Promise<string> {
    const server = createServer(listener)
    servers.push(server)
    return listenLocally(server)
  }
  const listener = nodeListener((request) => handler(request))
  beforeAll(async () => {
    origin = await listen(listener)
  })
  afterAll(() => {
    for (const server of servers) {
      stopServer(server)
    }
  })

  const post = (url: string, body: string, session = SESSION) =>
    fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${session}` },
      body,
      signal: AbortSignal.timeout(5000),
    })

  test('answers a call', async () => {
    const response = await post(`${origin}/cos/cos-credentials`, '{}')
    expect(response.status).toBe(200)
    expect(((await response.json()) as FunctionAnswer).prefix).toBe(OWN)
  })

  test('refuses without a session, and keeps no connection whose body it has not read', async () => {
    const response = await post(`${origin}/cos-credentials`, 'x'.repeat(200_000), 'another')
    expect(response.status).toBe(401)
    expect(response.headers.get('connection')).toBe('close')
  })

  test('answers 404 for an unknown function', async () => {
    expect((await post(`${origin}/`, '{}')).status).toBe(404)
    expect((await fetch(`${origin}/`)).status).toBe(404)
  })

  test('notices a body parser that has read the body', async () => {
    const parsing = await listen((request, response) => {
      request.resume()
      request.once('end', () => setImmediate(() => listener(request, response)))
    })
    const response = await post(`${parsing}/cos-credentials`, '{}')
    expect(response.status).toBe(400)
    expect(((await response.json()) as FunctionAnswer).error?.message).toContain('was read before')
  })
})
