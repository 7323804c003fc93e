import { checkBucket, checkRegion } from '@miniprogram-cos/protocol'
import { grantsOf } from './grants'
import { compilePolicy, MAX_POLICY_CHARS } from './policy'
import { type AccessRules, type Rule, readRules } from './rules'

/** `<bucket>.cos.<region>…`, `<bucket>.cos.accelerate…` (UseAccelerate), `cos.<region>…/<bucket>` (ForcePathStyle). */
export type AddressStyle = 'standard' | 'accelerate' | 'pathStyle'

/** Content of `cos.config.ts`, the one file that a user of this kit edits. */
export interface CosConfig<Group extends string = string> {
  /** CloudBase environment id, as the cloud console shows it. */
  env: string
  /** `name-1250000000` */
  bucket: string
  /** `ap-guangzhou` … */
  region: string
  /** Further hosts of the bucket that requests may be signed for: custom domains. @default none */
  domains?: readonly string[]
  /**
   * COS's own hosts by which the app reaches the bucket, for the domain lists that `npm run domains` prints; an app
   * that uses nothing but custom domains has none. @default ['standard']
   */
  addresses?: readonly AddressStyle[]
  /** Further buckets the app sends requests to, for the same lists. Keys give access to none of them. @default none */
  otherBuckets?: readonly { bucket: string; region: string }[]
  /** The mini program's APPID. If set, calls of any other are refused. @default any */
  appid?: string
  /** Named groups: OPENIDs, or UNIONIDs, of their members. @default none */
  groups?: { readonly [Name in Group]: readonly string[] }
  /** Who may do what, by path. What no rule allows is refused. */
  access: AccessRules<NoInfer<Group>>
  /** Life of a key in seconds: 900 to 7200. @default 1800 */
  keySeconds?: number
  /**
   * Keys one caller can get from STS in a minute, per warm instance: 1 to 600. A key with which cos-signature signs
   * uploads of one object counts a tenth. @default 30
   */
  keysPerMinute?: number
}

/**
 * Declares the configuration; gives the editor its types.
 *
 * @example
 * export const config = defineConfig({
 *   env: 'my-env', bucket: 'media-1250000000', region: 'ap-guangzhou',
 *   access: { 'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'] } },
 * })
 */
export function defineConfig<const Group extends string = never>(
  config: CosConfig<Group>,
): CosConfig<Group> {
  return config
}

/** A configuration whose every field has been checked, with its defaults. */
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

const MIN_KEY_SECONDS = 900
/** STS's maximum for a root key; a sub-account could have more, and should not need it. */
const MAX_KEY_SECONDS = 7200
const DEFAULT_KEY_SECONDS = 1800
const DEFAULT_KEYS_PER_MINUTE = 30

const FIELDS = [
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

/**
 * Checks a configuration as a whole: the build fails on it, and so does a function that starts.
 * @throws Error naming the field or the rule
 */
export function checkConfig(config: CosConfig): CheckedConfig {
  const unknown = Object.keys(config).find((name) => !FIELDS.includes(name))
  if (unknown) throw new Error(`cos.config.ts: unknown field "${unknown}"`)
  checkBuckets(config)
  const { bucket, region, appid, domains = [] } = config
  const noHost = domains.find((domain) => !/^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$/.test(domain))
  if (noHost !== undefined)
    throw new Error(`cos.config.ts: domains has "${noHost}", which is not a host name`)
  const style = config.addresses?.find((address) => !STYLES.includes(address))
  if (style !== undefined) {
    throw new Error(`cos.config.ts: addresses has "${style}"; allowed: ${STYLES.join(', ')}`)
  }
  const groups = checkGroups(config.groups ?? {})
  const rules = readRules(config.access, Object.keys(groups))
  checkPolicyLength(rules, Object.keys(groups), { bucket, region })
  const { keySeconds = DEFAULT_KEY_SECONDS, keysPerMinute = DEFAULT_KEYS_PER_MINUTE } = config
  checkNumber('keySeconds', keySeconds, MIN_KEY_SECONDS, MAX_KEY_SECONDS)
  checkNumber('keysPerMinute', keysPerMinute, 1, 600)
  return {
    bucket,
    region,
    domains,
    ...(appid === undefined ? {} : { appid }),
    groups,
    rules,
    keySeconds,
    keysPerMinute,
  }
}

function checkBuckets({ bucket, region, otherBuckets = [] }: CosConfig): void {
  try {
    for (const location of [{ bucket, region }, ...otherBuckets]) {
      checkBucket(location.bucket)
      checkRegion(location.region)
    }
  } catch (error) {
    throw new Error(`cos.config.ts: ${error instanceof Error ? error.message : error}`)
  }
}

function checkNumber(name: string, value: number, min: number, max: number): void {
  if (Number.isInteger(value) && value >= min && value <= max) return
  throw new Error(
    `cos.config.ts: ${name} must be a whole number from ${min} to ${max}, got ${value}`,
  )
}

/** OPENIDs and UNIONIDs have the same alphabet. */
const MEMBER = /^[A-Za-z0-9_-]{20,64}$/

function checkGroups(given: Record<string, readonly string[]>): Record<string, readonly string[]> {
  for (const [name, members] of Object.entries(given)) {
    if (!/^[a-z][A-Za-z0-9]*$/.test(name) || name === 'owner' || name === 'everyone') {
      throw new Error(`cos.config.ts: groups has "${name}", which cannot be the name of a group`)
    }
    const invalid = members.find((member) => typeof member !== 'string' || !MEMBER.test(member))
    if (invalid !== undefined) {
      throw new Error(
        `cos.config.ts: groups.${name} has ${JSON.stringify(invalid)}, which is not an OPENID`,
      )
    }
  }
  return Object.assign(Object.create(null), given)
}

/** The longest policy these rules can make must fit, or some user's key would fail one day. */
function checkPolicyLength(
  rules: Rule[],
  groups: string[],
  location: { bucket: string; region: string },
): void {
  const openid = 'o'.repeat(64)
  const lengths = [[], groups].map((own) => {
    const policy = compilePolicy(grantsOf(rules, { openid, groups: own }), location)
    return JSON.stringify(policy).length
  })
  const length = Math.max(...lengths)
  if (length > MAX_POLICY_CHARS) {
    throw new Error(
      `cos.config.ts: the rules compile to a policy of ${length} characters; STS accepts ${MAX_POLICY_CHARS}: use fewer paths`,
    )
  }
}
