import { type CosConfig, checkConfig } from '@miniprogram-cos/server'
import type COS from 'cos-nodejs-sdk-v5'
import { CloudFault } from '../cloud/cloudFault'
import { bucketFault } from './bucketFault'

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
 * @throws CloudFault `BucketPublic`, `BucketForbidden`
 */
export async function checkPrivacy(cos: COS, config: CosConfig): Promise<void> {
  const place = { Bucket: config.bucket, Region: config.region }
  const acl = await cos
    .getBucketAcl(place)
    .catch((error) => Promise.reject(bucketFault(error, 'GetBucketACL')))
  const [, group] = PUBLIC_GROUP.exec(JSON.stringify(acl)) ?? []
  if (group) throw new CloudFault('BucketPublic', `${config.bucket}, ACL: ${group}`)
  for (const [index, statement] of (await statementsOf(cos, place)).entries()) {
    const path = openedPath(statement, config)
    if (path !== undefined) {
      throw new CloudFault('BucketPublic', `${config.bucket}, policy statement ${index}: ${path}`)
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
    throw bucketFault(error, 'GetBucketPolicy')
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
