import type { Verb } from '@miniprogram-cos/protocol'
import type { Grant } from '../grants'
import { Reason } from '../reasons'
import { hasQuota, type Rule } from '../rules'

/** Operator -> condition key -> values. */
export type Condition = Record<string, Record<string, number | string[]>>

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

/** The condition on one action of a grant: its kind, which is the same for all actions that share it, and how to make it. */
export type ActionCondition =
  | { kind: 'none' }
  | { kind: 'content' | 'override'; condition: () => Condition }

/**
 * The condition under which a grant's action keeps the limits of its rule.
 * @returns undefined if no key can be held to them
 */
export function conditionOf(action: string, { verb, rule }: Grant): ActionCondition | undefined {
  if (verb === 'write') {
    // No policy can see the sum of an upload's parts.
    if (rule.maxBytes !== undefined && !SINGLE_UPLOADS.includes(action)) return undefined
    if (!WITH_CONTENT_HEADERS.includes(action)) return { kind: 'none' }
    return { kind: 'content', condition: () => contentCondition(rule) }
  }
  // Of the actions that read, only GetObject has `response-content-type`.
  const isOverridable = rule.types !== undefined && action === 'GetObject'
  return isOverridable ? { kind: 'override', condition: overrideCondition } : { kind: 'none' }
}

/**
 * The conditions of a rule for uploaded content. No header may make an object public, whatever the rule.
 * @param signsGrants the request is signed with its grant fields, so the condition can leave them out. @default false
 */
export function contentCondition(rule: Rule, signsGrants = false): Condition {
  const grants = signsGrants ? [] : GRANT_HEADERS.map((header) => [`cos:${header}`, NO_GRANTEE])
  return {
    string_equal_if_exist: {
      'cos:x-cos-acl': ['default', 'private'],
      ...Object.fromEntries(grants),
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
function overrideCondition(): Condition {
  return {
    string_equal_if_exist: { 'cos:response-content-type': ['application%2Foctet-stream'] },
  }
}

/**
 * A condition on content that must be denied: browsers take the last of several types, so `image/x,text/html` matches
 * `image/*` and is HTML. Only needed where a type ends in `*`.
 */
export function deniedContent({ types }: Rule): Condition | undefined {
  const hasWildcard = types?.some((type) => type.endsWith('*')) ?? false
  return hasWildcard ? { string_like: { 'cos:content-type': ['*,*'] } } : undefined
}

/** Why no key may write, or delete, below a rule's path: the rule requires more than a policy can express. */
export function keyObstacle(verb: Verb, rule: Rule): Reason | undefined {
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

/** The grants of a caller that a key can be limited to. */
export function grantsForKeys(grants: Grant[]): Grant[] {
  return grants.filter(({ verb, rule }) => !keyObstacle(verb, rule))
}
