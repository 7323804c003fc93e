import type { Rule } from '../access/accessRule'
import type { Grant } from '../access/grants'

/** Operator -> condition key -> values. */
export type Condition = Record<string, Record<string, number | string[]>>

/**
 * How an action stands to the rule that grants it: `content`, it needs the rule's condition on what is written;
 * `override`, the condition on how it is read; `free`, no condition; `never`, no key can keep the rule's limits.
 */
export type ConditionKind = AllowedKind | 'never'
export type AllowedKind = 'content' | 'override' | 'free'

/** Actions whose requests carry the headers that conditions are about (document 436/71307). */
const SIMPLE = ['PutObject', 'PostObject']
const DESCRIBING = [...SIMPLE, 'InitiateMultipartUpload']

/**
 * Headers that give an object to another account or to everyone, next to `x-cos-acl`. COS's list of condition
 * keys (436/71306) names `cos:x-cos-acl` and none of these, though it names keys after headers throughout. A key
 * that COS does not know counts as absent, so the condition costs nothing where it does not help. `doctor --live`
 * tells which of the two it is; cos-signature does not depend on it.
 */
export const GRANT_HEADERS = [
  'x-cos-grant-read',
  'x-cos-grant-write',
  'x-cos-grant-read-acp',
  'x-cos-grant-write-acp',
  'x-cos-grant-full-control',
] as const

/**
 * A value that neither a list of grantees (`id="…"`) nor a content type can have: a condition that allows
 * nothing else allows only requests without the header or parameter.
 */
const NO_VALUE = ['none']

export function conditionKind(
  action: string,
  { verb, rule }: Pick<Grant, 'verb' | 'rule'>,
): ConditionKind {
  if (verb === 'write') return writeKind(action, rule)
  // Of the actions that read, GetObject alone knows `response-content-type`.
  return rule.types && action === 'GetObject' ? 'override' : 'free'
}

export function writeKind(action: string, rule: Rule): Exclude<ConditionKind, 'override'> {
  // The sum of an upload's parts is nothing a policy can see.
  if (rule.maxBytes !== undefined && !SIMPLE.includes(action)) return 'never'
  return DESCRIBING.includes(action) ? 'content' : 'free'
}

/** The condition of one kind that a rule's actions are granted under. */
export function conditionOf(kind: Exclude<AllowedKind, 'free'>, rule: Rule): Condition {
  return kind === 'content' ? contentCondition(rule) : overrideCondition()
}

/**
 * What a rule demands of content that is written. No header may make an object public, whatever the rule.
 * @param grantsArePinned the request itself is signed with its grant fields, so the condition can leave them out
 */
export function contentCondition(rule: Rule, grantsArePinned = false): Condition {
  const grants = grantsArePinned ? [] : GRANT_HEADERS.map((header) => [`cos:${header}`, NO_VALUE])
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

/** Where a rule names types, an object is read as the type it was stored with. */
function overrideCondition(): Condition {
  return { string_equal_if_exist: { 'cos:response-content-type': NO_VALUE } }
}
