import { type Agent, get } from 'node:https'
import { type CosConfig, checkConfig } from '@miniprogram-cos/server'
import type COS from 'cos-nodejs-sdk-v5'
import createProxyAgent from 'https-proxy-agent'
import { type BucketParams, bucketParams, ifPresent } from './bucketSettings'
import { bucketError, CloudError } from './errors'

/** Looks up the region of a bucket; undefined if the account has no such bucket, or the key may not list buckets. */
export async function findRegion(cos: COS, name: string): Promise<string | undefined> {
  const list = await cos.getService().catch(() => undefined)
  return list?.Buckets.find(({ Name }) => Name === name)?.Location
}

/**
 * Requires that the bucket exists in its region.
 * @throws CloudError `RegionWrong` with the right region, `BucketUnknown`, `BucketForbidden`
 */
export async function checkRegion(cos: COS, bucket: BucketParams): Promise<void> {
  try {
    await cos.headBucket(bucket)
  } catch (error) {
    throw await bucketLocationError(cos, bucket, error, bucket.Bucket)
  }
}

async function bucketLocationError(
  cos: COS,
  { Bucket }: BucketParams,
  error: unknown,
  doing: string,
) {
  const mapped = bucketError(error, doing)
  const region = mapped.code === 'BucketUnknown' ? await findRegion(cos, Bucket) : undefined
  return region === undefined ? mapped : new CloudError('RegionWrong', region)
}

/** Phones send `https://servicewechat.com/<appid>/…` as the referer of downloads. */
const WECHAT = 'servicewechat.com'

/** The type of the bucket's hotlink protection if it refuses phones. */
export async function refererObstacle(cos: COS, bucket: BucketParams): Promise<string | undefined> {
  const answer = await ifPresent(cos.getBucketReferer(bucket), 'NoSuchReferer')
  const rules = answer?.RefererConfiguration
  if (rules?.Status !== 'Enabled') return
  const domains = [rules.DomainList?.Domains ?? []].flat() as string[]
  const isNamed = domains.some((domain) => domain === '*' || domain.includes(WECHAT))
  if ((rules.RefererType === 'White-List') === isNamed) return
  return rules.RefererType
}

/** ACL groups of all users, and of all users with a Tencent Cloud account. */
const PUBLIC_GROUP = /\/global\/(AllUsers|AuthenticatedUsers)/

/** Actions that read objects or list them. */
const READ_ACTIONS = [
  'GetObject',
  'HeadObject',
  'GetBucket',
  'GetBucketObjectVersions',
  'ListMultipartUploads',
]

/** Actions that change objects or their permissions; no access rule grants them to anonymous callers. */
const WRITE_ACTIONS = [
  'PutObject',
  'PostObject',
  'AppendObject',
  'InitiateMultipartUpload',
  'UploadPart',
  'CompleteMultipartUpload',
  'AbortMultipartUpload',
  'DeleteObject',
  'DeleteMultipleObjects',
  'PutObjectTagging',
  'PostObjectRestore',
  'PutObjectACL',
  'GetObjectACL',
]

/** Actions that change or read the bucket's permissions. */
const BUCKET_ACTIONS = [
  'PutBucketACL',
  'GetBucketACL',
  'PutBucketPolicy',
  'GetBucketPolicy',
  'DeleteBucketPolicy',
  'PutBucketStrictSignature',
  'DeleteBucket',
]

/**
 * Principals that include everybody, with or without a signature, and `uin/*`, which is any Tencent Cloud account.
 */
const ANYBODY = /anyone:anyone|anonymous:anonymous|"(?:[a-z]*:)*\*"|cam::uin\/\*/

/** A statement of the bucket's policy, with names in lower case. */
interface Statement {
  effect?: string
  principal?: unknown
  action?: string | string[]
  resource?: string | string[]
  condition?: object
}

/**
 * Requires that the bucket's ACL and policy permit nobody to read private paths of the access rules without a key, or to
 * write or change permissions without one. A policy may permit reading paths without a rule, or paths that `everyone` may
 * read. Statements with conditions are checked by the doctor's probe.
 * @throws CloudError `BucketPublic`, `BucketForbidden`, `BucketUnknown`, `RegionWrong`
 */
export async function checkPrivacy(cos: COS, config: CosConfig): Promise<void> {
  const bucket = bucketParams(config)
  const acl = await cos.getBucketAcl(bucket).catch(async (error) => {
    throw await bucketLocationError(cos, bucket, error, 'GetBucketACL')
  })
  const [, group] = PUBLIC_GROUP.exec(JSON.stringify(acl)) ?? []
  if (group) throw new CloudError('BucketPublic', `${config.bucket}, ACL: ${group}`)
  for (const [index, statement] of (await statementsOf(cos, bucket)).entries()) {
    const path = openedPath(statement, config)
    if (path !== undefined) {
      throw new CloudError('BucketPublic', `${config.bucket}, policy statement ${index}: ${path}`)
    }
  }
}

async function statementsOf(cos: COS, bucket: BucketParams): Promise<Statement[]> {
  const answer = await ifPresent(cos.getBucketPolicy(bucket), 'NoSuchBucketPolicy').catch(
    (error) => {
      throw bucketError(error, 'GetBucketPolicy')
    },
  )
  const { Statement, statement }: Record<string, object[]> = answer?.Policy ?? {}
  // COS accepts names in both cases: `Effect` and `effect`.
  return (Statement ?? statement ?? []).map((fields) =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value])),
  )
}

/** Finds a path that a statement makes public contrary to the access rules; `/` for the bucket itself. */
function openedPath(statement: Statement, config: CosConfig): string | undefined {
  const { effect, principal = '', action = [], resource = [], condition = {} } = statement
  const isAllowed = effect?.toLowerCase() === 'allow'
  const isAnonymous = ANYBODY.test(JSON.stringify(principal))
  if (!isAllowed || !isAnonymous || Object.keys(condition).length > 0) return undefined
  const patterns = [action].flat()
  const permits = (actions: readonly string[]) =>
    patterns.some((pattern) =>
      actions.some((name) => isMatch(pattern.replace(/^(name\/)?(cos:)?/, ''), name)),
    )
  const resources = [resource].flat()
  const opens = (path: string) => resources.some((resource) => overlaps(resource, config, path))
  if (permits(BUCKET_ACTIONS) && opens('')) return '/'
  const { rules } = checkConfig(config)
  const closed = permits(WRITE_ACTIONS)
    ? rules
    : permits(READ_ACTIONS)
      ? rules.filter(({ everyone }) => !everyone.includes('read'))
      : []
  return closed.map(({ pattern }) => pattern.replace(/[{*].*/, '')).find(opens)
}

/** Whether a resource contains something below a path of the bucket, or a folder that the path is in. */
function overlaps(resource: string, { bucket, region }: CosConfig, path: string): boolean {
  const [, name = '', appid = ''] = /^(.*)-(\d+)$/.exec(bucket) ?? []
  const [, , service = '*', regionPattern = '*', ...segments] = resource.split(':')
  // An empty segment matches any value.
  const isHere = isMatch(service, 'cos') && isMatch(regionPattern || '*', region)
  if (segments.length === 0) return isHere && resource.endsWith('*')
  const pattern = segments.join(':').replace(/^uid\/:/, 'uid/*:')
  // The present and the legacy form of a resource (document 436/31923).
  const forms = [`uid/${appid}:${bucket}/`, `prefix//${appid}/${name}/`]
  return (
    isHere &&
    forms.some((bucketPart) => {
      const text = bucketPart + path
      const ends = Array.from({ length: path.length + 1 }, (_, i) => bucketPart.length + i)
      return isPrefix(pattern, text) || ends.some((end) => isMatch(pattern, text.slice(0, end)))
    })
  )
}

/** Whether a pattern of CAM matches a text: `*` is any text, `/` included (document 598/10606). */
function isMatch(pattern: string, text: string): boolean {
  return positionsAfter(pattern, text).has(pattern.length)
}

/** Whether a pattern of CAM matches a text that begins like this. */
function isPrefix(pattern: string, text: string): boolean {
  return positionsAfter(pattern, text).size > 0
}

/** The positions in a pattern at which matching may be after the text. */
function positionsAfter(pattern: string, text: string): Set<number> {
  const withStars = (from: Iterable<number>) => {
    const all = new Set<number>()
    for (let at of from) {
      all.add(at)
      while (pattern[at] === '*') all.add(++at)
    }
    return all
  }
  let positions = withStars([0])
  for (const character of text) {
    const next: number[] = []
    for (const at of positions) {
      if (pattern[at] === '*') next.push(at)
      else if (pattern[at] === character) next.push(at + 1)
    }
    positions = withStars(next)
  }
  return positions
}

/** An agent that goes through a proxy; undefined without one. */
export function proxyAgent(proxy: string | undefined): Agent | undefined {
  // Its type differs from that of Node's agents.
  return proxy ? (createProxyAgent(proxy) as unknown as Agent) : undefined
}

/** Sends a request without a key, through `http_proxy` as the libraries do. @returns the status */
export function anonymousStatus(url: string): Promise<number> {
  const agent = proxyAgent(process.env.http_proxy)
  return new Promise((resolve, reject) => {
    const sent = get(url, { ...(agent ? { agent } : {}), timeout: 30_000 }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('timeout', () => sent.destroy(new Error('timeout: COS did not answer in 30 s')))
    sent.on('error', reject)
  })
}
