import { type OperationName, operations, parseBucket, type Verb } from '@miniprogram-cos/protocol'
import { FunctionError } from '../errors'
import type { Grant } from '../grants'
import { type Rule, VERBS } from '../rules'
import { type ActionCondition, type Condition, conditionOf, deniedContent } from './conditions'

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
  return {
    version: '2.0',
    statement: grants.flatMap((grant) =>
      statementsOf(
        actionsOfGrant(grant).map((action) => ({ action, path: `${grant.path}*`, grant })),
        location,
      ),
    ),
  }
}

/** The actions on one path that are permitted under one condition. */
interface PathActions {
  path: string
  actions: string[]
  /** Equal where the conditions are. */
  conditionId: string
  condition: ActionCondition
  rule: Rule
}

/**
 * Statements for permissions: actions on one path under one condition share a statement, and so do paths with the same
 * actions and condition. Permissions that no key can be held to are left out.
 */
export function statementsOf(
  permissions: Permission[],
  location: BucketLocation,
): PolicyStatement[] {
  const byPath = new Map<string, PathActions>()
  for (const { action, path, grant } of permissions) {
    const condition = conditionOf(action, grant)
    if (!condition) continue
    // A rule has one condition of each kind, and for each size it is narrowed to.
    const { kind } = condition
    const { pattern, maxBytes } = grant.rule
    const conditionId = kind === 'none' ? '' : `${kind} ${pattern} ${maxBytes}`
    const id = `${conditionId}\n${path}`
    const { rule } = grant
    const entry = byPath.get(id) ?? { path, actions: [], conditionId, condition, rule }
    const name = `name/cos:${action}`
    if (!entry.actions.includes(name)) entry.actions.push(name)
    byPath.set(id, entry)
  }
  const statements = new Map<string, PolicyStatement>()
  for (const { path, actions: action, conditionId, condition, rule } of byPath.values()) {
    const id = `${conditionId}\n${action.join()}`
    const known = statements.get(id)
    if (known) {
      known.resource.push(resourceOf(location, path))
      continue
    }
    const resource = [resourceOf(location, path)]
    statements.set(id, {
      effect: 'allow',
      action,
      resource,
      ...(condition.kind === 'none' ? {} : { condition: condition.condition() }),
    })
    const denied = condition.kind === 'content' ? deniedContent(rule) : undefined
    if (!denied) continue
    // It shares the list of resources, which may grow.
    statements.set(`${id}\ndeny`, { effect: 'deny', action, resource, condition: denied })
  }
  return [...statements.values(), ...snapshotStatements(permissions, location)]
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
      'the rules grant this caller nothing a key could do',
    )
  }
  const text = JSON.stringify(policy)
  if (text.length <= MAX_POLICY_CHARS) return text
  throw new FunctionError(
    'KitPolicyTooLong',
    `the policy would have ${text.length} characters, STS takes ${MAX_POLICY_CHARS}: ask for less at a time`,
  )
}
