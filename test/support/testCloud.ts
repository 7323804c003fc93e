import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type DeployedFunction,
  type FaultRule,
  type LocalCloud,
  type LocalCloudOptions,
  startLocalCloud,
} from '@miniprogram-cos/local-cloud'
import type { TemporaryKey } from '@miniprogram-cos/server'
import { ClassicLevel } from 'classic-level'
import { functionFile } from '../../packages/cli/src/project'

export const BUCKET = 'media-1250000000'
export const REGION = 'ap-guangzhou'
export const HOST = `${BUCKET}.cos.${REGION}.myqcloud.com`
export const ROOT_KEY = { SecretId: 'AKIDtestroot', SecretKey: 'testrootsecret' }

/** OPENIDs as WeChat makes them: 28 characters. */
export const ALICE = 'oAlice0123456789-_abcdefghij'
export const BOB = 'oBob00123456789-_abcdefghijk'

export const CREDENTIALS_FUNCTION: DeployedFunction = {
  name: 'cos-credentials',
  file: functionFile('cos-credentials'),
}

export const SIGNATURE_FUNCTION: DeployedFunction = {
  name: 'cos-signature',
  file: functionFile('cos-signature'),
}

/** Faults of the network and of COS that a client must get over. */
export const FAULTS: FaultRule['action'][] = [
  { kind: 'drop', when: 'before' },
  { kind: 'drop', when: 'after' },
  { kind: 'error', code: 'InternalError' },
  { kind: 'error', code: 'SlowDown' },
  { kind: 'error', code: 'ExpiredToken' },
  { kind: 'latency', milliseconds: 10 },
]

export interface TestCloud extends LocalCloud {
  folder: string
  /** What functions have written to their log so far. */
  functionOutput: string[]
  /** Closes everything and removes its data. */
  end: () => Promise<void>
}

type TestCloudOptions = Partial<LocalCloudOptions>

/**
 * A local cloud in a folder of its own, by default with one bucket and both functions.
 * @param options may be a function of the folder, which for example builds functions there
 */
export async function startTestCloud(
  options: TestCloudOptions | ((folder: string) => Promise<TestCloudOptions>) = {},
): Promise<TestCloud> {
  const folder = mkdtempSync(join(tmpdir(), 'test-cloud-'))
  const functionOutput: string[] = []
  const cloud = await startLocalCloud({
    data: join(folder, 'data'),
    root: ROOT_KEY,
    buckets: [{ name: BUCKET, region: REGION }],
    functions: [CREDENTIALS_FUNCTION, SIGNATURE_FUNCTION],
    onFunctionOutput: (_, text) => functionOutput.push(text),
    ...(typeof options === 'function' ? await options(folder) : options),
  })
  return {
    ...cloud,
    folder,
    functionOutput,
    async end() {
      await cloud.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * A local cloud for the tests of the calling file, closed after them. Its properties are set once the tests run.
 * @param per each test of the file can have a cloud of its own. @default 'file'
 */
export function useTestCloud(
  options?: Parameters<typeof startTestCloud>[0],
  per: 'file' | 'test' = 'file',
): TestCloud {
  const cloud = {} as TestCloud
  const start = async () => {
    Object.assign(cloud, await startTestCloud(options))
  }
  const end = () => cloud.end()
  if (per === 'file') {
    beforeAll(start)
    afterAll(end)
  } else {
    beforeEach(start)
    afterEach(end)
  }
  return cloud
}

/** Requests a key from the local STS with Tencent's SDK. */
export async function temporaryKey(
  cloud: TestCloud,
  statement: { action: string[]; path: string; condition?: object }[],
  seconds = 1800,
): Promise<TemporaryKey> {
  const policy = {
    version: '2.0',
    statement: statement.map(({ action, path, condition }) => ({
      effect: 'allow',
      action: action.map((one) => `name/cos:${one}`),
      resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/${path}`],
      ...(condition ? { condition } : {}),
    })),
  }
  // Loaded when needed: Tencent's SDK takes longer than most tests.
  const { fetchTemporaryKey } = await import('@miniprogram-cos/server')
  const access = { ...ROOT_KEY, region: REGION, localEndpoint: cloud.sts }
  return fetchTemporaryKey(access, 'tester', JSON.stringify(policy), seconds)
}

/** How many blobs a stopped local COS keeps in its data folder: files, and rows of the table. */
export async function countBlobsOnDisk(data: string): Promise<number> {
  const folder = join(data, 'blobs')
  const files = readdirSync(folder).reduce(
    (sum, name) => sum + readdirSync(join(folder, name)).length,
    0,
  )
  const db = new ClassicLevel(join(data, 'metadata'))
  const rows = await db.keys({ gt: 'small\0', lt: 'small\0\uffff' }).all()
  await db.close()
  return files + rows.length
}
