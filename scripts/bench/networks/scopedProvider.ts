import { fetchTemporaryKey } from '@miniprogram-cos/server'
import type { VirtualClock } from '@miniprogram-cos/simulator'
import { BUCKET, REGION, ROOT_KEY } from '../../../test/support/testCloud'

interface Asked {
  Scope: { action: string; prefix: string }[]
}

/** A getAuthorization as an app would have it: a function that asks STS, and takes its time. */
export interface Provider {
  getAuthorization: (asked: Asked, callback: (key: object) => void) => void
  calls: () => number
}

const UID = '1250000000'

/**
 * Keys from the local STS. With `isScoped` they permit what was asked for and nothing else, so an upload that
 * succeeds has asked for what it needs; without, all of the bucket.
 */
export function createProvider(
  sts: string,
  clock: VirtualClock,
  { isScoped, milliseconds }: { isScoped: boolean; milliseconds: number },
): Provider {
  const access = { ...ROOT_KEY, region: REGION, localEndpoint: sts }
  let calls = 0
  const getAuthorization: Provider['getAuthorization'] = ({ Scope }, callback) => {
    calls++
    const policy = policyOf(isScoped ? Scope : [{ action: 'name/cos:*', prefix: '*' }])
    clock.schedule(milliseconds, () => {
      void clock.during(fetchTemporaryKey(access, 'phone', policy, 1800)).then((key) =>
        callback({
          TmpSecretId: key.tmpSecretId,
          TmpSecretKey: key.tmpSecretKey,
          SecurityToken: key.sessionToken,
          StartTime: key.startTime,
          ExpiredTime: key.expiredTime,
          ...(isScoped ? { ScopeLimit: true } : {}),
        }),
      )
    })
  }
  return { getAuthorization, calls: () => calls }
}

/** One statement for each action. */
function policyOf(scope: Asked['Scope']): string {
  const resources = new Map<string, string[]>()
  for (const { action, prefix } of scope) {
    const resource = `qcs::cos:${REGION}:uid/${UID}:${BUCKET}/${prefix}`
    resources.set(action, [...(resources.get(action) ?? []), resource])
  }
  const statement = [...resources].map(([action, resource]) => ({
    effect: 'allow',
    action: [action],
    resource,
  }))
  return JSON.stringify({ version: '2.0', statement })
}
