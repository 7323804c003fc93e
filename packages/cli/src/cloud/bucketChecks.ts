import { type Agent, get } from 'node:https'
import { type CosConfig, checkConfig } from '@miniprogram-cos/server'
import type COS from 'cos-nodejs-sdk-v5'
import createProxyAgent from 'https-proxy-agent'
import type { BucketPlace } from './bucketRules'
import { bucketError, CloudError } from './errors'

/** The region of the account's bucket of that name; undefined when it has none, or the key may not list buckets. */
export async function findRegion(cos: COS, name: string): Promise<string | undefined> {
  const list = await cos.getService().catch(() => undefined)
  return list?.Buckets.find((one) => one.Name === name)?.Location
}

/** Phones send `https://servicewechat.com/<appid>/…` as the referer of what they download. */
const WECHAT = 'servicewechat.com'

/** The type of the bucket's hotlink protection if it refuses phones. */
export async function refererObstacle(cos: COS, place: BucketPlace): Promise<string | undefined> {
  let rules: COS.GetBucketRefererResult['RefererConfiguration'] | undefined
  try {
    rules = (await cos.getBucketReferer(place)).RefererConfiguration
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('NoSuchReferer')) return
    throw error
  }
  if (rules?.Status !== 'Enabled') return
  const domains = [rules.DomainList?.Domains ?? []].flat() as string[]
  const isNamed = domains.some((domain) => domain === '*' || domain.includes(WECHAT))
  if ((rules.RefererType === 'White-List') === isNamed) return
  return rules.RefererType
}

/** Groups of an ACL that anybody belongs to; the second needs no more than some Tencent Cloud account. */
const PUBLIC_GROUP = /\/global\/(AllUsers|AuthenticatedUsers)/

/** Actions that read objects or list them. */
const READ_ACTIONS = ['GetObject', 'HeadObject', 'GetBucket', 'GetBucketObjectVersions']

/** What comes before the path in a resource, in its present and its legacy form (document 436/31923). */
const BUCKET_PART = /^qcs::cos:[^:]*:(?:uid\/[^:]*:[^/]*|prefix\/\/[^/]*\/[^/]*)\//

interface Statement {
  effect?: string
  Effect?: string
  principal?: unknown
  Principal?: unknown
  action?: string | string[]
  Action?: string | string[]
  resource?: string | string[]
  Resource?: string | string[]
  condition?: object
  Condition?: object
}

/**
 * The bucket's ACL and its policy let nobody read without a key what the access rules keep private. A policy may open
 * paths that no rule names, or that `everyone` may read; statements with conditions are left to the doctor's probe.
 * @throws CloudError `BucketPublic`, `BucketForbidden`
 */
export async function checkPrivacy(cos: COS, config: CosConfig): Promise<void> {
  const place = { Bucket: config.bucket, Region: config.region }
  const acl = await cos
    .getBucketAcl(place)
    .catch((error) => Promise.reject(bucketError(error, 'GetBucketACL')))
  const [, group] = PUBLIC_GROUP.exec(JSON.stringify(acl)) ?? []
  if (group) throw new CloudError('BucketPublic', `${config.bucket}, ACL: ${group}`)
  for (const [index, statement] of (await statementsOf(cos, place)).entries()) {
    const path = openedPath(statement, config)
    if (path !== undefined) {
      throw new CloudError('BucketPublic', `${config.bucket}, policy statement ${index}: ${path}`)
    }
  }
}

async function statementsOf(
  cos: COS,
  place: { Bucket: string; Region: string },
): Promise<Statement[]> {
  try {
    const { Policy } = await cos.getBucketPolicy(place)
    const { Statement, statement } = Policy as { Statement?: Statement[]; statement?: Statement[] }
    return Statement ?? statement ?? []
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('NoSuchBucketPolicy')) return []
    throw bucketError(error, 'GetBucketPolicy')
  }
}

/** A private path that a statement lets anybody read, if there is one. */
function openedPath(statement: Statement, config: CosConfig): string | undefined {
  const { effect = statement.Effect, principal = statement.Principal } = statement
  const { condition = statement.Condition } = statement
  const isAnonymous = /anyone:anyone|"\*"/.test(JSON.stringify(principal ?? ''))
  const isAllowed = effect?.toLowerCase() === 'allow'
  if (!isAllowed || !isAnonymous || Object.keys(condition ?? {}).length > 0) return undefined
  const actions = [statement.action ?? statement.Action ?? []].flat()
  const reads = READ_ACTIONS.some((read) =>
    actions.some((action) => wildcard(action.replace(/^(name\/)?cos:/, '')).test(read)),
  )
  if (!reads) return undefined
  const opened = [statement.resource ?? statement.Resource ?? []]
    .flat()
    .map((resource) => resource.replace(BUCKET_PART, '').replace(/\*.*/, ''))
  return checkConfig(config)
    .rules.filter(({ everyone }) => !everyone.includes('read'))
    .map(({ pattern }) => pattern.replace(/[{*].*/, ''))
    .find((path) => opened.some((one) => one.startsWith(path) || path.startsWith(one)))
}

/** A pattern of CAM: `*` is any text, `/` included (document 598/10606). */
const wildcard = (pattern: string) =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*')}$`)

/** An agent that goes through a proxy; undefined without one. */
export function proxyAgent(proxy: string | undefined): Agent | undefined {
  // Its type is not that of Node's agents, which it replaces.
  return proxy ? (createProxyAgent(proxy) as unknown as Agent) : undefined
}

/** The status of a request without a key. It goes through `http_proxy`, as those of the libraries do. */
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
