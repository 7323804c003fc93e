import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { COS } from 'miniprogram-cos'
import { config } from '../../cos.config'
import { createPhone, localReader } from '../../packages/cli/src/dev/clients'
import { chooseFiles, runScenario } from '../../packages/cli/src/dev/scenario'
import { type DomainLists, domainLists, LISTS } from '../../packages/cli/src/wechat/domainLists'
import { runCli } from '../support/commandLine'
import { createTestPhone } from '../support/phones'
import { ALICE, BOB, BUCKET, HOST, REGION, ROOT_KEY, useTestCloud } from '../support/testCloud'

const run = (input: string, ...args: string[]) => runCli(['domains', ...args], { input })

const CUSTOM = 'files.example.com'
const OTHER = { bucket: 'backup-1250000000', region: 'ap-shanghai' }
const everything = domainLists({
  ...config,
  domains: [CUSTOM],
  addresses: ['standard', 'accelerate', 'pathStyle'],
  otherBuckets: [OTHER],
})

const cloud = useTestCloud({
  pathStyle: 'allow',
  hosts: { [CUSTOM]: BUCKET },
  buckets: [
    { name: BUCKET, region: REGION },
    { name: OTHER.bucket, region: OTHER.region },
  ],
})
let printed: DomainLists

beforeAll(async () => {
  printed = JSON.parse(run('', '--json').stdout)
  const { Client } = createTestPhone(cloud, ALICE, { domains: everything })
  for (const [Bucket, Region] of [
    [BUCKET, REGION],
    [OTHER.bucket, OTHER.region],
  ] as const) {
    const AccelerateConfiguration = { Status: 'Enabled' as const }
    await new Client(ROOT_KEY).putBucketAccelerate({ Bucket, Region, AccelerateConfiguration })
  }
})

/** The main scenario of `npm start` with small files: what failed, step by step. */
async function failuresOfScenario(domains: DomainLists): Promise<string[]> {
  const folder = join(cloud.folder, `job-${Math.random()}`)
  const paths = [20_000, 1_500_000].map((size, i) => {
    const path = join(cloud.folder, `${i}.bin`)
    writeFileSync(path, randomBytes(size))
    return path
  })
  const failures: string[] = []
  const printer = {
    title() {},
    line() {},
    bar() {},
    check: (isGood: boolean, text: string) => void (isGood || failures.push(text)),
  }
  const alice = await createPhone(cloud, { name: 'Alice', openid: ALICE }, folder, config, domains)
  const bob = await createPhone(cloud, { name: 'Bob', openid: BOB }, folder, config, domains)
  await runScenario(
    localReader(cloud.cos),
    [alice, bob],
    await chooseFiles(paths, folder),
    printer,
  ).catch((error: Error) => failures.push(error.message))
  return failures
}

test('the main scenario passes with exactly the printed domains', async () => {
  expect(await failuresOfScenario(printed)).toEqual([])
})

test.each(LISTS)(
  'without a host on the list %s, the main scenario fails and names both',
  async (list) => {
    const failures = await failuresOfScenario({ ...printed, [list]: [] })
    expect(failures.join('\n')).toContain(`${list}:fail url not in domain list:${HOST}`)
  },
)

/** Uploads and reads one file each way, at one address. */
async function useAddress(host: string, domains: DomainLists): Promise<string> {
  const isOther = host.startsWith(OTHER.bucket) || host.includes(OTHER.region)
  const [Bucket, Region] = isOther ? [OTHER.bucket, OTHER.region] : [BUCKET, REGION]
  const { simulator, Client } = createTestPhone(cloud, ALICE, {
    domains,
    route: (name) => (everythingHosts.includes(name) ? cloud.cos : undefined),
  })
  const cos: COS = new Client({
    ...ROOT_KEY,
    ...(host === CUSTOM ? { Domain: CUSTOM } : {}),
    UseAccelerate: host.includes('.accelerate.'),
    ForcePathStyle: host.startsWith('cos.'),
  })
  const { wx } = simulator
  const FilePath = join(cloud.folder, 'file.bin')
  writeFileSync(FilePath, 'content')
  const params = { Bucket, Region, Key: 'a/file.bin' }
  await cos.putObject({ ...params, Body: 'content' })
  await cos.postObject({ ...params, FilePath })
  const url = await cos.getObjectUrl(params)
  return new Promise((resolve) => {
    wx.downloadFile({
      url,
      success: ({ statusCode }: { statusCode: number }) => resolve(String(statusCode)),
      fail: ({ errMsg }) => resolve(errMsg),
    })
  })
}

const everythingHosts = everything.request.map((domain) => new URL(domain).host)

describe('custom domain, acceleration, path style and a second bucket', () => {
  test('add their hosts to every list once', () => {
    expect([...everythingHosts].sort()).toEqual(
      [
        HOST,
        `${OTHER.bucket}.cos.${OTHER.region}.myqcloud.com`,
        `${BUCKET}.cos.accelerate.myqcloud.com`,
        `${OTHER.bucket}.cos.accelerate.myqcloud.com`,
        `cos.${REGION}.myqcloud.com`,
        `cos.${OTHER.region}.myqcloud.com`,
        CUSTOM,
      ].sort(),
    )
    expect([everything.uploadFile, everything.downloadFile]).toEqual([
      everything.request,
      everything.request,
    ])
  })

  test.each(everythingHosts)('%s works with all domains', async (host) => {
    expect(await useAddress(host, everything)).toBe('200')
  })

  test.each(everythingHosts.flatMap((host) => LISTS.map((list) => [host, list] as const)))(
    'without %s on the list %s the error names both',
    async (host, list) => {
      const fewer = everything[list].filter((domain) => domain !== `https://${host}`)
      const outcome = await useAddress(host, { ...everything, [list]: fewer }).catch(
        (error: Error) => error.message,
      )
      expect(outcome).toContain(`${list}:fail url not in domain list:${host}`)
    },
  )

  test('an app that uses only its custom domain needs no other', () => {
    const { request } = domainLists({ ...config, domains: [CUSTOM], addresses: [] })
    expect(request).toEqual([`https://${CUSTOM}`])
  })
})

describe('npm run domains', () => {
  test('prints each list, where to paste it and why it cannot be automated', () => {
    const { stdout, status } = run('')
    for (const list of LISTS) expect(stdout).toContain(`${list} 合法域名\n  https://${HOST}\n`)
    expect(stdout).toContain('mp.weixin.qq.com')
    expect(stdout).toContain('48001')
    expect(status).toBe(0)
  })

  test('--check accepts the output of --json', () => {
    const { stdout, status } = run(JSON.stringify(printed), '--check', '-')
    expect([stdout.trim(), status]).toEqual(['✓ all there', 0])
  })

  test("--check reports what is missing, invalid or not needed in the console's text", () => {
    const pasted = `request合法域名\thttps://${HOST}; https://*.myqcloud.com\nuploadFile合法域名：\nhttp://${HOST}\n
      https://api.example.com\ndownloadFile合法域名 ${HOST}/ \nsocket合法域名 wss://push.example.com`
    const { stdout, status } = run(pasted, '--check', '-')
    expect(stdout.split('\n')).toEqual([
      '! request: https://*.myqcloud.com: there are no wildcards: list every host',
      '· request: https://*.myqcloud.com is not needed for COS',
      `✗ uploadFile: https://${HOST} is missing`,
      `! uploadFile: http://${HOST}: only https:// is allowed`,
      `· uploadFile: http://${HOST} is not needed for COS`,
      '· uploadFile: https://api.example.com is not needed for COS',
      '1 to add',
      '',
    ])
    expect(status).toBe(1)
  })

  test('--check with --json prints the differences of each list', () => {
    const { stdout, status } = run(
      `request合法域名 https://api.example.com`,
      '--check',
      '-',
      '--json',
    )
    expect(JSON.parse(stdout)[0]).toEqual({
      list: 'request',
      missing: [`https://${HOST}`],
      unneeded: ['https://api.example.com'],
      invalid: [],
    })
    expect(status).toBe(1)
  })

  test.each([
    ['some text', 'domains: the text names no list'],
    ['{"request":', 'domains: the lists are not valid JSON'],
    ['{"udpdomain":["a.b"]}', 'domains: the text names no list'],
  ])('--check refuses %j with one line and status 2', (text, message) => {
    const { stderr, status } = run(text, '--check', '-')
    const lines = stderr
      .trim()
      .split('\n')
      .filter((line) => !line.includes('sample bucket'))
    expect([lines[0]?.startsWith(message), lines.length, status]).toEqual([true, 1, 2])
  })
})
