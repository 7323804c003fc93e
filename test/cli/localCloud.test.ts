import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  explainRequestId,
  type RequestId,
  readRequestId,
} from '../../packages/cli/src/doctor/explain'
import { type CloudProcess, runCli, startCloudProcess, startCommand } from '../support/commandLine'
import { send, signByOfficialSdk } from '../support/cosRequests'
import { ROOT } from '../support/root'
import { ALICE } from '../support/testCloud'

describe('local-cloud in a project', () => {
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
})

describe('the command of the local-cloud package', () => {
  const COMMAND = join(ROOT, 'packages/local-cloud/dist/command.js')

  let folder: string
  let running: CloudProcess[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'alone-'))
    running = []
  })
  afterEach(async () => {
    for (const one of running) await one.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  async function start(args: string[], environment: Record<string, string> = {}) {
    const cloud = await startCommand([COMMAND, ...args], environment)
    running.push(cloud)
    return cloud
  }

  function read({ ready }: CloudProcess, key: string) {
    const Host = `${ready.bucket}.cos.${ready.region}.myqcloud.com`
    const signing = { SecretId: ready.secretId, SecretKey: ready.secretKey ?? 'own', key }
    const Authorization = signByOfficialSdk({ ...signing, headers: { Host } })
    return send(ready.cos, { path: `/${key}`, headers: { Host, Authorization } })
  }

  test('starts without a project, and keeps nothing with --memory', async () => {
    const { ready } = await start(['--memory'])
    expect(ready).toMatchObject({ bucket: 'media-1250000000', region: 'ap-guangzhou' })
    expect((ready as { data?: string }).data).toBe('in memory')
  })

  test('reads options from the environment, and seeds a folder', async () => {
    mkdirSync(join(folder, 'photos'))
    writeFileSync(join(folder, 'photos/a.txt'), 'seeded')
    const cloud = await start(['--memory', '--seed', folder], {
      LOCAL_CLOUD_BUCKET: 'films-1250000001,other-1250000001',
      LOCAL_CLOUD_REGION: 'ap-beijing',
      LOCAL_CLOUD_SECRET_KEY: 'own',
    })
    expect(cloud.ready).toMatchObject({
      bucket: 'films-1250000001',
      region: 'ap-beijing',
      seeded: 1,
    })
    expect(cloud.ready.secretKey).toBeUndefined()
    expect((await read(cloud, 'photos/a.txt')).body).toBe('seeded')
  })

  test('starts empty with --reset, and with its data otherwise', async () => {
    writeFileSync(join(folder, 'a.txt'), 'kept')
    const data = ['--data', join(folder, 'data')]
    await (await start([...data, '--seed', folder])).stop()
    const again = await start(data)
    expect((await read(again, 'a.txt')).body).toBe('kept')
    await again.stop()
    expect((await read(await start([...data, '--reset']), 'a.txt')).status).toBe(404)
  })

  test('speaks HTTPS on request, with a certificate made for this start', async () => {
    const { ready } = await start(['--data', join(folder, 'data'), '--tls'])
    const { tls } = ready as unknown as { tls: { cos: string; sts: string; certificate: string } }
    const ca = readFileSync(tls.certificate)
    for (const address of [tls.cos, tls.sts]) {
      expect(address).toMatch(/^https:/)
      const status = await new Promise((resolve, reject) => {
        get(address, { agent: new Agent({ ca }) }, (response) => {
          response.resume()
          resolve(response.statusCode)
        }).on('error', reject)
      })
      expect([200, 403]).toContain(status)
    }
    await expect(fetch(tls.cos)).rejects.toThrow()
  })

  test.each([
    [['--path-style', 'maybe'], '--path-style must be allow or refuse'],
    [['--domain', 'a.com'], '--domain must be HOST=BUCKET'],
    [['--bucket', 'Media'], 'not a bucket name'],
    [['--faults', 'nothing.json'], 'nothing.json'],
  ])('refuses %j with status 2 and its usage', (args, message) => {
    const { status, stderr } = spawnSync(process.execPath, [COMMAND, '--memory', ...args], {
      encoding: 'utf8',
      cwd: folder,
    })
    expect(status).toBe(2)
    expect(stderr).toContain(message)
    expect(stderr).toContain('--cos-port N')
  })
})
