import { checkBucket, checkRegion } from '@miniprogram-cos/protocol'
import type { Rule } from '../access/accessRule'
import { grantsOf } from '../access/grants'
import { readRules } from '../access/readRules'
import { compilePolicy } from '../policy/compilePolicy'
import { MAX_POLICY_CHARS } from '../policy/policyText'
import type { CosConfig } from './config'

export const MIN_KEY_SECONDS = 900
/** What STS allows a root key; a sub-account could have more, and should not need it. */
export const MAX_KEY_SECONDS = 7200
const DEFAULT_KEY_SECONDS = 1800
const DEFAULT_KEYS_PER_MINUTE = 30

const KNOWN = [
  'env',
  'bucket',
  'region',
  'domains',
  'addresses',
  'otherBuckets',
  'appid',
  'groups',
  'access',
  'keySeconds',
  'keysPerMinute',
]

const STYLES = ['standard', 'accelerate', 'pathStyle']

/** A configuration whose every field has been checked. */
export interface CheckedConfig {
  bucket: string
  region: string
  domains: readonly string[]
  appid?: string
  groups: Record<string, readonly string[]>
  rules: Rule[]
  keySeconds: number
  keysPerMinute: number
}

/**
 * Checks a configuration as a whole: the build fails on it, and so does a function that starts.
 * @throws Error naming the field or the rule
 */
export function checkConfig(config: CosConfig): CheckedConfig {
  const unknown = Object.keys(config).find((name) => !KNOWN.includes(name))
  if (unknown) throw new Error(`cos.config.ts: there is no field "${unknown}"`)
  try {
    checkBucket(config.bucket)
    checkRegion(config.region)
    for (const other of config.otherBuckets ?? []) {
      checkBucket(other.bucket)
      checkRegion(other.region)
    }
  } catch (error) {
    throw new Error(`cos.config.ts: ${(error as Error).message}`)
  }
  const { bucket, region, appid, domains = [] } = config
  const odd = domains.find((domain) => !/^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$/.test(domain))
  if (odd !== undefined)
    throw new Error(`cos.config.ts: domains has "${odd}", which is no host name`)
  const style = config.addresses?.find((one) => !STYLES.includes(one))
  if (style !== undefined) {
    throw new Error(`cos.config.ts: addresses has "${style}", known are ${STYLES.join(', ')}`)
  }
  const groups = checkGroups(config.groups ?? {})
  const rules = readRules(config.access, Object.keys(groups))
  checkLength(rules, Object.keys(groups), { bucket, region })
  return {
    bucket,
    region,
    domains,
    ...(appid === undefined ? {} : { appid }),
    groups,
    rules,
    keySeconds: wholeNumber('keySeconds', config.keySeconds ?? DEFAULT_KEY_SECONDS, [
      MIN_KEY_SECONDS,
      MAX_KEY_SECONDS,
    ]),
    keysPerMinute: wholeNumber(
      'keysPerMinute',
      config.keysPerMinute ?? DEFAULT_KEYS_PER_MINUTE,
      [1, 600],
    ),
  }
}

function wholeNumber(name: string, value: number, [least, most]: [number, number]): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value
  throw new Error(
    `cos.config.ts: ${name} must be a whole number from ${least} to ${most}, got ${value}`,
  )
}

/** OPENIDs and UNIONIDs have the same alphabet. */
const MEMBER = /^[A-Za-z0-9_-]{20,64}$/

function checkGroups(given: object): Record<string, readonly string[]> {
  const groups: Record<string, readonly string[]> = Object.create(null)
  for (const [name, members] of Object.entries(given)) {
    if (!/^[a-z][A-Za-z0-9]*$/.test(name) || name === 'owner' || name === 'everyone') {
      throw new Error(`cos.config.ts: groups has "${name}", which cannot be the name of a group`)
    }
    const odd = (members as unknown[]).find((one) => typeof one !== 'string' || !MEMBER.test(one))
    if (odd !== undefined) {
      throw new Error(
        `cos.config.ts: groups.${name} has ${JSON.stringify(odd)}, which is no OPENID`,
      )
    }
    groups[name] = members as string[]
  }
  return groups
}

/** The longest policy these rules can make must fit, or some user's key would fail one day. */
function checkLength(
  rules: Rule[],
  groups: string[],
  place: { bucket: string; region: string },
): void {
  const openid = 'o'.repeat(64)
  const length = Math.max(
    ...[[], groups].map(
      (own) =>
        JSON.stringify(compilePolicy(grantsOf(rules, { openid, groups: own }), place)).length,
    ),
  )
  if (length > MAX_POLICY_CHARS) {
    throw new Error(
      `cos.config.ts: the rules make a policy of ${length} characters, STS takes ${MAX_POLICY_CHARS}: use fewer paths`,
    )
  }
}
