import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createKeyServer, nodeListener } from '@miniprogram-cos/server'
import { loadModule } from '@miniprogram-cos/simulator'
import type { COS } from 'miniprogram-cos'
import { config } from '../../cos.config'
import { environmentOf } from '../support/functionsInProcess'
import { listenLocally, stopServer } from '../support/localServer'
import { CLIENT_FILE, createSimulatedPhone } from '../support/phones'
import { ALICE, HOST, useTestCloud } from '../support/testCloud'

// COS.http: keys and signatures from a key server without CloudBase.

const SESSION = 'session-of-alice'

const cloud = useTestCloud()
let server: Server
let origin: string
const url = 'https://api.example.com/cos/'
/** What the server answers with instead, once. */
let failure: { status: number; body: string } | undefined

beforeAll(async () => {
  jest.spyOn(console, 'log').mockImplementation()
  const listener = nodeListener(
    createKeyServer({
      config,
      environment: environmentOf(cloud),
      identify: (request) =>
        request.headers.get('authorization') === `Bearer ${SESSION}`
          ? { openid: ALICE }
          : undefined,
    }),
  )
  server = createServer((request, response) => {
    if (!failure) return listener(request, response)
    const { status, body } = failure
    failure = undefined
    request.resume()
    request.on('end', () => response.writeHead(status).end(body))
  })
  origin = await listenLocally(server)
})
afterAll(async () => {
  jest.restoreAllMocks()
  stopServer(server)
})

/** A phone without CloudBase whose app may reach the key server. */
function startPhone(domains = ['https://api.example.com', 'https://down.example.com']) {
  const request = [`https://${HOST}`, ...domains]
  const { wx, realPath } = createSimulatedPhone(cloud, undefined, {
    domains: { request, uploadFile: [`https://${HOST}`], downloadFile: [] },
    route: (host) =>
      ({ 'api.example.com': origin, 'down.example.com': 'http://127.0.0.1:9' })[host] ?? cloud.cos,
  })
  const path = `${wx.env.USER_DATA_PATH}/http.txt`
  writeFileSync(realPath(path), 'x'.repeat(1000))
  return { Client: loadModule<typeof COS>(CLIENT_FILE, { wx }), path }
}

const headers = { Authorization: `Bearer ${SESSION}` }

test.each(['keys', 'signature'] as const)('uploads and reads in mode %s', async (mode) => {
  const { Client, path } = startPhone()
  const cos = Client.http({ url, headers, mode })
  const { prefix } = await cos.caller()
  expect(prefix).toContain(ALICE)
  const Key = `${prefix}${mode}.txt`
  await cos.uploadFile({ Key, FilePath: path })
  const { Body } = await cos.getObject({ Key })
  expect(Body).toBe('x'.repeat(1000))
})

test('calls the function `headers` for each call', async () => {
  const { Client } = startPhone()
  let token = 'expired'
  const cos = Client.http({ url, headers: async () => ({ Authorization: `Bearer ${token}` }) })
  await expect(cos.caller()).rejects.toMatchObject({
    kind: 'credentials',
    code: 'KitNoIdentity',
    retryable: false,
  })
  token = SESSION
  expect((await cos.caller()).prefix).toContain(ALICE)
})

test('retries after a 502, and rejects an answer that is not JSON', async () => {
  const { Client } = startPhone()
  failure = { status: 502, body: '<html>Bad gateway</html>' }
  expect((await Client.http({ url, headers }).caller()).prefix).toContain(ALICE)
  failure = { status: 404, body: 'not here' }
  await expect(Client.http({ url, headers }).caller()).rejects.toMatchObject({
    kind: 'credentials',
    code: 'KitFunctionAnswer',
  })
})

test('a host that is not on the domain list is named in the error', async () => {
  const { Client } = startPhone([])
  const error = await Client.http({ url, headers })
    .caller()
    .catch((e) => e)
  expect(error.code).toBe('KitDomainNotAllowed')
  expect(error.message).toContain(new URL(url).origin)
})

test('rejects with KitFunctionFailed if the server cannot be reached', async () => {
  const closed = 'https://down.example.com'
  const { Client } = startPhone()
  await expect(Client.http({ url: closed, headers }).caller()).rejects.toMatchObject({
    kind: 'credentials',
    code: 'KitFunctionFailed',
    retryable: true,
  })
})
