import { fetchTemporaryKey, type TemporaryKey } from '@miniprogram-cos/server'
import { BUCKET, REGION, ROOT_KEY, type TestCloud } from './testCloud'

/** Requests a key from the local STS with Tencent's SDK. */
export function temporaryKey(
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
  const access = { ...ROOT_KEY, region: REGION, localEndpoint: cloud.sts }
  return fetchTemporaryKey(access, 'tester', JSON.stringify(policy), seconds)
}
