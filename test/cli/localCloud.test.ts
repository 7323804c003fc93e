import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  explainRequestId,
  type RequestId,
  readRequestId,
} from '../../packages/cli/src/doctor/explain'
import { type CloudProcess, runCli, startCloudProcess } from '../support/commandLine'
import { send, signByOfficialSdk } from '../support/cosRequests'
import { ALICE } from '../support/testCloud'

let data: string
let cloud: CloudProcess
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'command-'))
  cloud = await startCloudProcess(['--data', data])
})
afterAll(async () => {
  await cloud.stop()
  rmSync(data, { recursive: true, force: true })
})

test('prints one line with the addresses of its servers', async () => {
  const { cos, sts, functions, bucket, secretId, secretKey } = cloud.ready
  for (const address of [cos, sts, functions])
    expect(address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const Authorization = signByOfficialSdk({
    SecretId: secretId,
    SecretKey: secretKey as string,
    method: 'HEAD',
  })
  const head = await send(cos, { method: 'HEAD', headers: { Authorization } })
  expect([bucket, head.status]).toEqual(['media-1250000000', 200])
})

test('answers a function call with the caller in the headers', async () => {
  const response = await fetch(`${cloud.ready.functions}/cos-credentials`, {
    method: 'POST',
    headers: { 'x-wx-openid': ALICE, 'x-wx-appid': 'wx1', 'x-wx-source': 'wx_client' },
    body: '{}',
  })
  expect(await response.json()).toMatchObject({ prefix: `private/${ALICE}/` })
})

test('a RequestId of its COS is explained from its log', async () => {
  const { headers } = await send(cloud.ready.cos, { path: '/secret.txt' })
  const text = String(headers['x-cos-request-id'])
  const said = await explainRequestId(text, readRequestId(text) as RequestId, 'en')
  expect(said).toContain('local cloud on this computer')
  expect(said).toMatch(/getObject GET \/secret\.txt\n {2}403 AccessDenied/)
  expect(said).toContain('cos.caller()')
})

test('refuses data that another local cloud uses', () => {
  const second = runCli(['local-cloud', '--data', data])
  expect(second.status).toBe(2)
  expect(second.stderr).toContain('in use by another local cloud')
  expect(second.stdout).toBe('')
})

test.each([
  [['--cos-port', 'x'], '--cos-port must be a port number'],
  [['--nonsense'], 'nonsense'],
])('refuses the options %j with status 2', (args, message) => {
  const { status, stderr } = runCli(['local-cloud', ...args])
  expect(status).toBe(2)
  expect(stderr).toContain(message)
})
