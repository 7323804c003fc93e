import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { loadModule } from '@miniprogram-cos/simulator'
import { send } from '../support/cosRequests'
import { runSnippet, snippetFile } from '../support/documents'
import { type FunctionAnswer, sendWithKey } from '../support/functionCalls'
import { captureFunctionLog, environmentOf } from '../support/functionsInProcess'
import { CLIENT_FILE, createSimulatedPhone } from '../support/phones'
import { HOST } from '../support/testCloud'
import { ATTACKER, OWN, THEIRS, useCountedCloud, VICTIM } from './attacks/attack'
import type { RefusedEvent } from './attacks/events'
import { REFUSED_EVENTS } from './attacks/requests'

const SECRET = 'secret-of-the-sessions-of-this-test'
const APP_SECRET = 'app-secret-of-this-test'
const { cloud, sts } = useCountedCloud()
let wechat: Server
/** What WeChat answers to a code, by the code. */
const answers: Record<string, object> = {
  good: { openid: ATTACKER, session_key: 'key-that-stays-on-the-server' },
  used: { errcode: 40163, errmsg: 'code been used' },
  invalid: { errcode: 40029, errmsg: 'invalid code' },
  blocked: { errcode: 40226, errmsg: 'code blocked' },
  busy: { errcode: -1, errmsg: 'system error' },
  often: { errcode: 45011, errmsg: 'api minute-quota reach limit' },
  nobody: { session_key: 'key-that-stays-on-the-server' },
}
const lines = captureFunctionLog()
const saved = { ...process.env }

beforeAll(async () => {
  wechat = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://wechat')
    const isRight = pathname === '/sns/jscode2session' && searchParams.get('secret') === APP_SECRET
    const code = searchParams.get('js_code') ?? ''
    // As WeChat does: status 200 and text/plain, whatever the result.
    response.writeHead(200, { 'Content-Type': 'text/plain' })
    response.end(JSON.stringify(isRight ? answers[code] : { errcode: 40125 }))
  })
  Object.assign(process.env, environmentOf(cloud), {
    PORT: '0',
    SESSION_SECRET: SECRET,
    WECHAT_APPID: 'wx0123456789abcdef',
    WECHAT_APP_SECRET: APP_SECRET,
    WECHAT_API: `http://127.0.0.1:${await listening(wechat.listen(0))}`,
  })
})
afterAll(async () => {
  process.env = saved
  wechat.close()
  wechat.closeAllConnections()
})
async function listening(server: Server): Promise<number> {
  if (!server.listening) await new Promise((resolve) => server.once('listening', resolve))
  return (server.address() as AddressInfo).port
}

describe.each(['nodeServer.js', 'expressServer.js', 'honoServer.js'])('the guide’s %s', (name) => {
  let server: Server
  let origin: string
  let session: string

  beforeAll(async () => {
    jest.resetModules()
    server = require(snippetFile(name))
    origin = `http://127.0.0.1:${await listening(server)}`
    session = (await (await login('good')).json()).session
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })

  const login = (code: string) =>
    fetch(`${origin}/login`, { method: 'POST', headers: { 'X-WX-Code': code } })

  const post = (fn: string, event: unknown, authorization = `Bearer ${session}`) =>
    fetch(`${origin}/cos/${fn}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: authorization },
      body: JSON.stringify(event),
    })

  async function expectRefusal({ fn, event, codes }: RefusedEvent): Promise<void> {
    const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${session}` }
    const body = JSON.stringify(event)
    const sent = await send(origin, { method: 'POST', path: `/cos/${fn}`, headers, body })
    const { error, ...rest }: FunctionAnswer = JSON.parse(sent.body)
    expect([event, [...codes, 'KitBadRequest'].includes(error?.code ?? '')]).toEqual([event, true])
    expect(rest).toEqual({})
    expect([400, 401, 403]).toContain(sent.status)
  }

  test('signs a user in, and keeps the session key to itself', async () => {
    const response = await login('good')
    const text = await response.text()
    expect(response.status).toBe(200)
    expect(JSON.parse(text)).toEqual({ session: expect.any(String), expires: expect.any(Number) })
    expect(text).not.toContain('session_key')
    expect(text).not.toContain('key-that-stays')
  })

  test.each([
    ['used', 401],
    ['invalid', 401],
    ['blocked', 401],
    ['nobody', 401],
    ['busy', 503],
    ['often', 503],
    ['', 400],
    ['a&secret=b', 400],
  ])('the code "%s" gives no session', async (code, status) => {
    const response = await login(code)
    expect(response.status).toBe(status)
    expect(await response.text()).not.toContain('session"')
    expect(lines.join()).not.toContain(APP_SECRET)
  })

  test('issues a key for the caller’s folder, which COS accepts', async () => {
    const answer = (await (await post('cos-credentials', {})).json()) as FunctionAnswer
    expect(answer.prefix).toBe(OWN)
    const put = { method: 'PUT', key: `${OWN}a.txt`, body: 'a' }
    expect((await sendWithKey(cloud, answer, put)).status).toBe(200)
    const foreign = { method: 'PUT', key: `${THEIRS}a.txt`, body: 'a' }
    expect((await sendWithKey(cloud, answer, foreign)).status).toBe(403)
  })

  test('signs requests of a session', async () => {
    const event = { Method: 'GET', Key: `${OWN}a.txt` }
    const answer = (await (await post('cos-signature', event)).json()) as FunctionAnswer
    expect(answer.authorization).toContain('q-signature=')
  })

  test('the guide’s client signs in once, and uploads', async () => {
    const server = 'https://keys.example.com'
    const hosts = [server, `https://${HOST}`]
    const logins: string[] = []
    const { wx, realPath } = createSimulatedPhone(cloud, ATTACKER, {
      route: (host) => (host === new URL(server).host ? origin : cloud.cos),
      domains: { request: hosts, uploadFile: hosts, downloadFile: hosts },
    })
    const login = ({ success }: { success: (result: { code: string }) => void }) => {
      logins.push('good')
      success({ code: 'good' })
    }
    const modules = { 'miniprogram-cos': loadModule(CLIENT_FILE, { wx }) }
    const { cos } = runSnippet('httpClient.js', { wx: { ...wx, login }, modules })
    const [{ prefix }] = await Promise.all([cos.caller(), cos.caller()])
    expect(prefix).toBe(OWN)
    const FilePath = `${wx.env.USER_DATA_PATH}/picture.png`
    writeFileSync(realPath(FilePath), 'picture')
    await cos.uploadFile({ Key: `${prefix}picture.png`, FilePath })
    expect((await cos.getObject({ Key: `${prefix}picture.png` })).Body).toBe('picture')
    expect(logins).toHaveLength(1)
  })

  test('refuses every other session', async () => {
    const signed = (claims: string, secret = SECRET) =>
      `${claims}.${createHmac('sha256', secret).update(claims).digest('base64url')}`
    const [openid = '', expires = '', signature = ''] = session.split('.')
    const later = Math.floor(Date.now() / 1000) + 1000
    const forged = [
      '',
      `${VICTIM}.${expires}.${signature}`,
      `${openid}.${expires}0.${signature}`,
      `${openid}.${expires}.`,
      `${openid}.${expires}`,
      signed(`${openid}.${later}`, 'another secret'),
      signed(`${openid}.${later - 2000}`),
      signed(`${openid}.`),
      signed(`${openid}.x`),
      signed(`.${later}`),
      signed(`*.${later}`),
      `${session}x`,
    ]
    const claims = { openid: VICTIM, userInfo: { openId: VICTIM } }
    for (const authorization of [...forged.map((one) => `Bearer ${one}`), session, 'Basic x']) {
      const response = await post('cos-credentials', claims, authorization)
      expect([authorization, response.status]).toEqual([authorization, 401])
    }
    expect(sts.calls).toBe(0)
  })

  test('refuses a wrong method, path or body', async () => {
    const statuses = await Promise.all([
      fetch(`${origin}/cos/cos-credentials`).then(({ status }) => status),
      post('another', {}).then(({ status }) => status),
      post('cos-credentials', []).then(({ status }) => status),
    ])
    expect(statuses).toEqual([name === 'honoServer.js' ? 404 : 405, 404, 400])
  })

  test('refuses the attack corpus', async () => {
    expect(REFUSED_EVENTS.length).toBeGreaterThanOrEqual(300)
    // A few at a time over the same connections.
    for (let i = 0; i < REFUSED_EVENTS.length; i += 20) {
      await Promise.all(REFUSED_EVENTS.slice(i, i + 20).map(expectRefusal))
    }
    expect(sts.calls).toBe(0)
  })
})
