import { join } from 'node:path'
import { fetchTemporaryKey } from '@miniprogram-cos/server'
import { type ControlPlane, startControlPlane } from './controlPlane/startControlPlane'
import { CopiedProject } from './copiedProject'
import { BUCKET, HOST, REGION, startTestCloud, type TestCloud } from './testCloud'

export const ENV = 'shop-1a2b3c'
const ACCOUNT = '100000000001'
/** The key that the functions hold. It is the owner's key of the local COS and STS. */
export const FUNCTION_KEY = {
  SecretId: 'AKIDfunctionholder0001',
  SecretKey: 'functionHolderSecret0123456789',
}
/** A key that needs a token, for which functions have no variable. */
export const TEMPORARY = {
  SecretId: 'AKIDtemporarykey0001',
  SecretKey: 'temporaryKeySecret0123456789',
}
export const ROOT = { SecretId: 'AKIDrootaccount0001', SecretKey: 'rootAccountSecret0123456789012' }

/** Everything that a deployment needs: the control plane, COS and STS, and a configured clone. */
export interface DeployProject {
  cloud: TestCloud
  plane: ControlPlane
  project: CopiedProject
  /** What `.env` holds. */
  variables: Record<string, string>
  /** Texts that no output may contain. */
  secrets: string[]
  end: () => Promise<void>
}

export async function startDeployProject(): Promise<DeployProject> {
  const cloud = await startTestCloud({
    root: FUNCTION_KEY,
    buckets: [
      { name: BUCKET, region: REGION },
      { name: 'elsewhere-1250000000', region: 'ap-beijing' },
    ],
  })
  // The deploying key must be valid in the local COS too: it is a temporary key.
  const policy = {
    version: '2.0',
    statement: [{ effect: 'allow', action: ['name/cos:*'], resource: ['*'] }],
  }
  const access = { ...FUNCTION_KEY, region: REGION, localEndpoint: cloud.sts }
  const key = await fetchTemporaryKey(access, 'deployer', JSON.stringify(policy), 7200)
  const deployer = { SecretId: key.tmpSecretId, SecretKey: key.tmpSecretKey }
  const plane = await startControlPlane(cloud, {
    env: ENV,
    hosts: [
      HOST,
      'elsewhere-1250000000.cos.ap-guangzhou.myqcloud.com',
      `${BUCKET}.cos.ap-beijing.myqcloud.com`,
      `nowhere-1250000000.cos.${REGION}.myqcloud.com`,
      `cos.${REGION}.myqcloud.com`,
      'service.cos.myqcloud.com',
    ],
    keys: [
      { ...deployer, token: key.sessionToken, account: ACCOUNT, user: '100000000002' },
      { ...FUNCTION_KEY, account: ACCOUNT, user: '100000000003', isLimited: true },
      { ...ROOT, account: ACCOUNT, user: ACCOUNT },
      { ...TEMPORARY, token: 'a-token', account: ACCOUNT, user: '100000000004' },
    ],
  })
  const project = new CopiedProject(join(cloud.folder, 'project'))
  const variables = {
    TENCENTCLOUD_SECRET_ID: deployer.SecretId,
    TENCENTCLOUD_SECRET_KEY: deployer.SecretKey,
    TENCENTCLOUD_TOKEN: key.sessionToken,
    COS_STS_SECRET_ID: FUNCTION_KEY.SecretId,
    COS_STS_SECRET_KEY: FUNCTION_KEY.SecretKey,
  }
  project.configure(['your-env-id', ENV])
  project.write('.env', envText(variables), 0o600)
  project.variables = plane.variables
  return {
    cloud,
    plane,
    project,
    variables,
    secrets: [
      deployer.SecretKey,
      key.sessionToken,
      FUNCTION_KEY.SecretKey,
      ROOT.SecretKey,
      TEMPORARY.SecretKey,
    ],
    async end() {
      await plane.close()
      await cloud.end()
    },
  }
}

export function envText(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}
