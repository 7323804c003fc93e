import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type DeployedFunction,
  type LocalCloud,
  type LocalCloudOptions,
  startLocalCloud,
} from '@miniprogram-cos/local-cloud'
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

export interface TestCloud extends LocalCloud {
  folder: string
  /** What functions have written to their log so far. */
  functionOutput: string[]
  /** Closes everything and removes its data. */
  end: () => Promise<void>
}

/** A local cloud in a folder of its own. */
export async function startTestCloud(options: Partial<LocalCloudOptions> = {}): Promise<TestCloud> {
  const folder = mkdtempSync(join(tmpdir(), 'test-cloud-'))
  const functionOutput: string[] = []
  const cloud = await startLocalCloud({
    data: join(folder, 'data'),
    root: ROOT_KEY,
    buckets: [{ name: BUCKET, region: REGION }],
    onFunctionOutput: (_, text) => functionOutput.push(text),
    ...options,
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
