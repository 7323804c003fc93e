import { type OperationName, operations, parseBucket, type Verb } from '@miniprogram-cos/protocol'
import { FunctionError, Reason } from './errors'
import type { Grant } from './grants'
import { hasQuota, limitsUploads, type Rule, VERBS } from './rules'

/** The operations of each verb. */
const VERB_OPERATIONS: Record<Verb, OperationName[]> = {
  read: ['getObject', 'headObject'],
  write: [
    'putObject',
    'postObject',
    'multipartInit',
    'multipartUpload',
    'multipartListPart',
    'multipartComplete',
    'multipartAbort',
  ],
  delete: ['deleteObject'],
  // Listing uploads in progress reveals keys and upload ids, so it is not part of writing.
  list: ['getBucket', 'multipartList'],
}

/** An owner who may write can also find and abort own uploads that were interrupted. */
const OWNER_WRITE_OPERATIONS: OperationName[] = [...VERB_OPERATIONS.write, 'multipartList']

const actionsOfOperations = (names: OperationName[]): string[] => [
  ...new Set(names.flatMap((name) => operations[name].access.map(({ action }) => action))),
]

const ACTIONS: Record<Verb, readonly string[]> = {
  read: actionsOfOperations(VERB_OPERATIONS.read),
  write: actionsOfOperations(VERB_OPERATIONS.write),
  delete: actionsOfOperations(VERB_OPERATIONS.delete),
  list: actionsOfOperations(VERB_OPERATIONS.list),
}
const OWNER_WRITE_ACTIONS: readonly string[] = actionsOfOperations(OWNER_WRITE_OPERATIONS)

/** The actions that moving an object needs, at its source and at its target, whatever its size. */
export const MOVE_ACTIONS = actionsOfOperations([
  'headObject',
  'getBucket',
  'putObjectCopy',
  'multipartInit',
  'uploadPartCopy',
  'multipartComplete',
  'multipartAbort',
  'deleteObject',
])

/** The CAM actions of a verb, as the operation table names them. */
export function actionsOf(verb: Verb): readonly string[] {
  return ACTIONS[verb]
}

/** The CAM actions that a grant includes. */
export function actionsOfGrant({ verb, isOwn }: Pick<Grant, 'verb' | 'isOwn'>): readonly string[] {
  return verb === 'write' && isOwn ? OWNER_WRITE_ACTIONS : ACTIONS[verb]
}

/** The verb that includes a CAM action. */
export function verbOf(action: string): Verb | undefined {
  return VERBS.find((verb) => ACTIONS[verb].includes(action))
}

export interface PolicyStatement {
  effect: 'allow' | 'deny'
  action: string[]
  resource: string[]
  condition?: Condition
}

/** A CAM policy document as GetFederationToken accepts it: without principal (document 1312/48195). */
export interface PolicyDocument {
  version: '2.0'
  statement: PolicyStatement[]
}

export interface BucketLocation {
  bucket: string
  region: string
}

/** One action on one resource, and the grant that includes it. */
export interface Permission {
  action: string
  /** Key, list prefix, or a path that ends in `*`. */
  path: string
  grant: Grant
}

/** CAM's limit for a policy (document 598/10599); STS publishes none of its own. */
export const MAX_POLICY_CHARS = 6144

/** `qcs::cos:<region>:uid/<APPID>:<bucket>/<path>`, every segment filled (document 598/10606). */
export function resourceOf({ bucket, region }: BucketLocation, path: string): string {
  return `qcs::cos:${region}:uid/${parseBucket(bucket)?.appid}:${bucket}/${path}`
}

/** The same of data processing: `qcs::ci:<region>:uid/<APPID>:bucket/<bucket>/<path>`. */
function processingResourceOf({ bucket, region }: BucketLocation, path: string): string {
  return `qcs::ci:${region}:uid/${parseBucket(bucket)?.appid}:bucket/${bucket}/${path}`
}

/**
 * The policy of a key that permits exactly the given grants: a statement per verb and path, so that no action applies
 * to another's path. A folder's resource ends in `/*`, so that `oA` does not match `oAB`.
 */
export function compilePolicy(grants: Grant[], location: BucketLocation): PolicyDocument {
  const statement = grants.flatMap((grant) => {
    const path = `${grant.path}*`
    return statementsOf(
      actionsOfGrant(grant).map((action) => ({ action, path, grant })),
      location,
    )
  })
  return { version: '2.0', statement }
}

/** The policy of a key that permits exactly the given actions. */
export function policyForPermissions(
  permissions: Permission[],
  location: BucketLocation,
): PolicyDocument {
  return { version: '2.0', statement: statementsOf(permissions, location) }
}

/**
 * The policy of a key that signs forms below a grant's path, and permits nothing else.
 * @param key where the rule limits uploads, the only object that the form may write. @default any key below the path
 */
export function formPolicy(
  { path: folder, rule }: Grant,
  location: BucketLocation,
  key?: string,
): PolicyDocument {
  const path = key !== undefined && limitsUploads(rule) ? key : `${folder}*`
  const statement: PolicyStatement = {
    effect: 'allow',
    action: ['name/cos:PostObject'],
    resource: [resourceOf(location, path)],
    // The form's own policy requires the grant fields to be empty (signature/form.ts).
    condition: contentCondition(rule, true),
  }
  return { version: '2.0', statement: [statement] }
}

/** The actions on one path that are permitted under one condition. */
interface PathActions {
  path: string
  actions: string[]
  condition: Condition
  /** The condition as text, by which it is compared. */
  text: string
}

/**
 * Statements for permissions: actions on one path under one condition share a statement, and so do paths with the same
 * actions and condition. Permissions whose limits no key can enforce are left out.
 */
function statementsOf(permissions: Permission[], location: BucketLocation): PolicyStatement[] {
  const byPath = new Map<string, PathActions>()
  for (const { action, path, grant } of permissions) {
    const condition = conditionOf(action, grant)
    if (!condition) continue
    const text = condition === ALWAYS ? '' : JSON.stringify(condition)
    const id = `${path}\n${text}`
    const entry = byPath.get(id) ?? { path, actions: [], condition, text }
    const name = `name/cos:${action}`
    if (!entry.actions.includes(name)) entry.actions.push(name)
    byPath.set(id, entry)
  }
  const statements = new Map<string, PolicyStatement>()
  for (const { path, actions: action, condition, text } of byPath.values()) {
    const id = `${action}\n${text}`
    const resource = resourceOf(location, path)
    const known = statements.get(id)
    if (known) known.resource.push(resource)
    else {
      const statement: PolicyStatement = { effect: 'allow', action, resource: [resource] }
      statements.set(id, condition === ALWAYS ? statement : { ...statement, condition })
    }
  }
  return [
    ...[...statements.values()].flatMap((statement) => [statement, ...typeListDenial(statement)]),
    ...snapshotStatements(permissions, location),
  ]
}

/** Snapshots of the videos that may be read, where the rule permits them (document 1045/72960). */
function snapshotStatements(
  permissions: Permission[],
  location: BucketLocation,
): PolicyStatement[] {
  const paths = permissions
    .filter(({ action, grant }) => action === 'GetObject' && grant.rule.videoCovers)
    .map(({ path }) => processingResourceOf(location, path))
  if (paths.length === 0) return []
  return [{ effect: 'allow', action: ['ci:GenerateSnapshot'], resource: [...new Set(paths)] }]
}

/** A policy as it is sent to STS. @throws FunctionError `KitPolicyTooLong`, `KitNothingGranted` */
export function serializePolicy(policy: PolicyDocument): string {
  if (policy.statement.length === 0) {
    throw new FunctionError(
      'KitNothingGranted',
      'the rules grant this caller nothing that a temporary key can permit',
    )
  }
  const text = JSON.stringify(policy)
  if (text.length <= MAX_POLICY_CHARS) return text
  throw new FunctionError(
    'KitPolicyTooLong',
    `the policy would have ${text.length} characters; STS accepts ${MAX_POLICY_CHARS}: request fewer paths or scope entries`,
  )
}

/** Operator -> condition key -> values. */
export type Condition = Record<string, Record<string, number | string[]>>

/** The condition of what needs none. */
const ALWAYS: Condition = {}

/**
 * Headers that give an object to another account or to everyone, besides `x-cos-acl`. COS's list of condition keys
 * (436/71306) has `cos:x-cos-acl` and none for these, though keys are named after headers throughout. A key that COS
 * does not know counts as absent, so the condition has no effect there. `doctor --live` tells which of the two
 * applies; cos-signature does not depend on it.
 */
export const GRANT_HEADERS = [
  'x-cos-grant-read',
  'x-cos-grant-write',
  'x-cos-grant-read-acp',
  'x-cos-grant-write-acp',
  'x-cos-grant-full-control',
] as const

/** Actions whose requests carry the headers that conditions check (document 436/71307). */
export const SINGLE_UPLOADS: readonly string[] = ['PutObject', 'PostObject']
const WITH_CONTENT_HEADERS = [...SINGLE_UPLOADS, 'InitiateMultipartUpload']

/** No list of grantees (`id="…"`) has this value, so a condition on it allows only requests without the header. */
const NO_GRANTEE = ['none']
const NO_GRANTS = Object.fromEntries(GRANT_HEADERS.map((header) => [`cos:${header}`, NO_GRANTEE]))

/**
 * The condition under which a grant's action keeps the limits of its rule; `ALWAYS` if it needs none.
 * @returns undefined if no key can enforce them
 */
export function conditionOf(action: string, { verb, rule }: Grant): Condition | undefined {
  if (verb === 'write') {
    // No policy can see the sum of an upload's parts.
    if (rule.maxBytes !== undefined && !SINGLE_UPLOADS.includes(action)) return undefined
    return WITH_CONTENT_HEADERS.includes(action) ? contentCondition(rule) : ALWAYS
  }
  // Of the actions that read, only GetObject has `response-content-type`.
  return rule.types !== undefined && action === 'GetObject' ? OVERRIDE_CONDITION : ALWAYS
}

/**
 * The conditions of a rule for uploaded content. No header may make an object public, whatever the rule.
 * @param signsGrants the request is signed with its grant fields, so the condition can leave them out. @default false
 */
export function contentCondition(rule: Rule, signsGrants = false): Condition {
  return {
    string_equal_if_exist: {
      'cos:x-cos-acl': ['default', 'private'],
      ...(signsGrants ? {} : NO_GRANTS),
    },
    ...(rule.types ? { string_like: { 'cos:content-type': rule.types } } : {}),
    ...(rule.maxBytes === undefined
      ? {}
      : { numeric_less_than_equal: { 'cos:content-length': rule.maxBytes } }),
  }
}

/**
 * Where a rule names types, an object is read as the type it was stored with, or as one that browsers save. A value
 * of this key is URL-encoded (document 436/71307).
 */
const OVERRIDE_CONDITION: Condition = {
  string_equal_if_exist: { 'cos:response-content-type': ['application%2Foctet-stream'] },
}

/**
 * Denies what a permitted upload could do with a list of types: browsers take the last one, so `image/x,text/html`
 * matches `image/*` and is HTML. Only needed where a type ends in `*`.
 */
function typeListDenial({ condition, ...upload }: PolicyStatement): PolicyStatement[] {
  const types = condition?.string_like?.['cos:content-type']
  if (!Array.isArray(types) || !types.some((type) => type.endsWith('*'))) return []
  const list: Condition = { string_like: { 'cos:content-type': ['*,*'] } }
  return [{ ...upload, effect: 'deny', condition: list }]
}

/** Why a key for a whole folder must not include a verb: the rule requires more than a policy can express. */
export function folderKeyObstacle(verb: Verb, rule: Rule): Reason | undefined {
  if (verb === 'delete' && rule.trashDays !== undefined) {
    return new Reason('hasTrash')
  }
  if (verb !== 'write') return undefined
  const { overwrite, names } = rule
  if (!overwrite) return new Reason('noOverwriting')
  if (names === 'server') return new Reason('serverNames')
  if (hasQuota(rule)) return new Reason('quotaNeedsOneObject')
  return rule.beforeUpload ? new Reason('hookNeedsOneObject') : undefined
}

/** The grants of a caller that a key for whole folders can be limited to. */
export function grantsForFolderKey(grants: Grant[]): Grant[] {
  return grants.filter(({ verb, rule }) => !folderKeyObstacle(verb, rule))
}
