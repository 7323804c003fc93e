import { MAX_SCOPE_ENTRIES, type Verb } from '@miniprogram-cos/protocol'
import type { Call } from './createFunction'
import { FunctionError, quote, type Refuse, refusal } from './errors'
import { covers, explainDenial, type Grant, grantFor } from './grants'
import { keyReason } from './objectKey'
import {
  actionsOfGrant,
  type BucketLocation,
  conditionOf,
  folderKeyObstacle,
  grantsForFolderKey,
  type Permission,
  type PolicyDocument,
  policyForPermissions,
  SINGLE_UPLOADS,
  verbOf,
} from './policy'
import { hasQuota, isVerb, OPENID, type Rule, VERBS } from './rules'
import type { UploadRequest } from './services/hooks'

const MAX_PATHS = 20

/** The policy of a key for a scope, and the objects that it permits to upload. */
interface CompiledScope {
  policy: PolicyDocument
  uploads: UploadRequest[]
}

/**
 * The policy of a key that permits exactly the entries of a scope, each of them within the caller's grants.
 * @param scope the event's `scope`: a `RequestedScope`, or a list of them
 * @throws FunctionError `KitScopeRefused` naming the entry
 */
export function compileScope(
  scope: unknown,
  call: Pick<Call, 'grants' | 'rules' | 'isServerName'>,
  location: BucketLocation,
): CompiledScope {
  const entries: unknown[] = Array.isArray(scope) ? scope : [scope]
  if (entries.length === 0 || entries.length > MAX_SCOPE_ENTRIES) {
    throw new FunctionError('KitScopeRefused', `scope must have 1 to ${MAX_SCOPE_ENTRIES} entries`)
  }
  const parsed = entries.map((entry, i) => readEntry(entry, `scope[${i}]`, call, location))
  const counted = parsed.find(
    ({ upload }) => upload && (hasQuota(upload.rule) || upload.rule.beforeUpload),
  )
  if (counted && parsed.some(({ permission }) => permission.grant.verb === 'read')) {
    // A policy does not see how much a copy brings.
    throw new FunctionError(
      'KitScopeRefused',
      'scope is refused: with a quota or beforeUpload, a key must not both upload and read: it could copy objects of any size',
      { rule: counted.permission.grant.rule.pattern },
    )
  }
  const permissions = parsed.map(({ permission }) => permission)
  return {
    policy: policyForPermissions(permissions, location),
    uploads: parsed.flatMap(({ upload }) => upload ?? []),
  }
}

/**
 * A grant for one object of known size: where a quota or `beforeUpload` relies on the size, the policy takes no more.
 * Limits that the policy cannot enforce count as unknown.
 * @param size bytes; undefined if the request does not say
 * @param actions that the key permits on the object
 */
export function sizedUpload(
  grant: Grant,
  key: string,
  size: number | undefined,
  actions: readonly string[] = SINGLE_UPLOADS,
): { grant: Grant; upload: UploadRequest } {
  const { rule } = grant
  const upload = { rule, key, size: undefined, type: undefined }
  const matters = hasQuota(rule) || rule.beforeUpload !== undefined
  const canHold = actions.every((action) => SINGLE_UPLOADS.includes(action))
  if (size === undefined || !matters || !canHold) return { grant, upload }
  const maxBytes = Math.min(size, rule.maxBytes ?? size)
  return {
    grant: { ...grant, rule: { ...rule, maxBytes } },
    upload: { ...upload, size: maxBytes },
  }
}

/** The `size` of a request for a key. @throws FunctionError `KitBadRequest` */
export function sizeOf(requested: object): number | undefined {
  const { size }: { size?: unknown } = requested
  if (size === undefined || size === null) return undefined
  if (typeof size === 'number' && Number.isSafeInteger(size) && size >= 0) return size
  throw new FunctionError('KitBadRequest', 'size must be a whole number of bytes')
}

function readEntry(
  entry: unknown,
  at: string,
  { grants, rules, isServerName }: Pick<Call, 'grants' | 'rules' | 'isServerName'>,
  location: BucketLocation,
): { permission: Permission; upload?: UploadRequest } {
  const refuse = refusal('KitScopeRefused', `${at} is refused: `)
  if (typeof entry !== 'object' || entry === null) throw refuse('it is not an object')
  const { action: given, prefix, bucket, region }: Record<string, unknown> = { ...entry }
  if (typeof given !== 'string' || typeof prefix !== 'string') {
    throw refuse('action and prefix must be text')
  }
  if (bucket !== undefined && bucket !== location.bucket) throw refuse('another bucket')
  if (region !== undefined && region !== location.region) throw refuse('another region')
  const action = /^(?:name\/)?(?:cos:)?([A-Za-z]+)$/.exec(given)?.[1] ?? ''
  const verb = verbOf(action)
  if (!verb) throw refuse(`no rule can allow the action ${quote(given)}`)
  const includes = (candidate: Grant) => actionsOfGrant(candidate).includes(action)
  const grant = grantFor(verb, prefix, { grants, rules }, refuse, 'policy', includes)
  const { rule } = grant
  const obstacle = folderKeyObstacle(grant.verb, rule)
  if (obstacle && grant.verb === 'delete') throw refuse(obstacle, rule.pattern)
  if (grant.verb === 'write') {
    const isNamed = rule.names === 'app' || isServerName(prefix)
    // A key for one object can enforce what a key for a folder cannot.
    if (obstacle && !(rule.overwrite && isNamed)) throw refuse(obstacle, rule.pattern)
  }
  if (!conditionOf(action, grant)) {
    throw refuse(
      'the rule limits the size, which a temporary key cannot enforce for a multipart upload',
      rule.pattern,
    )
  }
  if (grant.verb !== 'write' || !UPLOADS.includes(action)) {
    return { permission: { action, path: prefix, grant } }
  }
  const sized = sizedUpload(grant, prefix, sizeOf(entry), [action])
  return { permission: { action, path: prefix, grant: sized.grant }, upload: sized.upload }
}

/** The actions that create an object, or begin to. */
const UPLOADS = ['PutObject', 'PostObject', 'InitiateMultipartUpload']

/**
 * The part of a caller's grants that they request: a narrower key by choice.
 * @param requested the event's `paths` and `verbs`
 * @throws FunctionError `KitPathRefused` naming the path and the rule
 */
export function narrowGrants(
  { paths, verbs: givenVerbs }: { paths?: unknown; verbs?: unknown },
  { grants, rules, openid }: Pick<Call, 'grants' | 'rules' | 'openid'>,
): Grant[] {
  const verbs = readVerbs(givenVerbs)
  const usable = grantsForFolderKey(grants)
  if (paths === undefined) {
    const missing = (verbs ?? []).find((verb) => !usable.some((grant) => grant.verb === verb))
    if (missing)
      throw pathRefused('verbs', `no rule lets you ${missing} anything with a temporary key`)
    return usable.filter(({ verb }) => verbs?.includes(verb))
  }
  if (!Array.isArray(paths) || paths.length === 0 || paths.length > MAX_PATHS) {
    throw pathRefused('paths', `it must be a list of 1 to ${MAX_PATHS} folders`)
  }
  return paths.flatMap((given: unknown, i) => {
    const at = `paths[${i}]`
    const path = readPath(given, openid, at)
    const found = (verbs ?? VERBS).flatMap((verb): Grant[] => {
      const covering = usable.filter((grant) => grant.verb === verb && covers(grant, path))
      const grant = covering.find(({ isOwn }) => isOwn) ?? covering[0]
      if (grant) return [{ ...grant, path }]
      // Without verbs, whatever is granted there is enough.
      if (!verbs) return []
      throw pathDenied(at, verb, path, grants, rules)
    })
    if (found.length > 0) return found
    const { rule } = explainDenial(rules, 'read', path)
    throw pathRefused(at, `no rule grants you anything in ${JSON.stringify(path)}`, rule)
  })
}

/** Why a verb is not granted in a folder: by no rule, or not by a key. */
function pathDenied(
  at: string,
  verb: Verb,
  path: string,
  grants: Grant[],
  rules: Rule[],
): FunctionError {
  const rule = grants.find((grant) => grant.verb === verb && covers(grant, path))?.rule
  const obstacle = rule && folderKeyObstacle(verb, rule)
  if (obstacle) return pathRefused(at, obstacle, rule.pattern)
  const denial = explainDenial(rules, verb, path)
  return pathRefused(at, denial.reason, denial.rule)
}

function readVerbs(value: unknown): Verb[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value) || value.length === 0 || value.length > VERBS.length) {
    throw pathRefused('verbs', `it must be a list of ${VERBS.join(', ')}`)
  }
  const verbs = value.map((verb: unknown, i) => {
    if (isVerb(verb)) return verb
    throw pathRefused(`verbs[${i}]`, `the verbs are ${VERBS.join(', ')}`)
  })
  return [...new Set(verbs)]
}

function readPath(value: unknown, openid: string, at: string): string {
  if (typeof value !== 'string' || value.length > 1000) throw pathRefused(at, 'it must be text')
  const path = value
    .replace(/\/\*\*$/, '/')
    .split('/')
    .map((segment) => (segment === OPENID ? openid : segment))
    .join('/')
  if (!path.endsWith('/')) throw pathRefused(at, 'it must end in a slash')
  const problem = keyReason(path)
  if (problem) throw pathRefused(at, problem, undefined, JSON.stringify(path))
  return path
}

const pathRefused = (at: string, ...why: Parameters<Refuse>) =>
  refusal('KitPathRefused', `${at} is refused: `)(...why)
