import type { Rule } from '../access/accessRule'

/** Operator -> condition key -> values. */
export type Condition = Record<string, Record<string, number | string[]>>

/** Actions whose requests carry the headers that conditions are about (document 436/71307). */
const SIMPLE = ['PutObject', 'PostObject']
const DESCRIBING = [...SIMPLE, 'InitiateMultipartUpload']

/**
 * How an action that writes stands to its rule: it needs the rule's condition (`content`), needs none
 * (`free`), or cannot keep the rule's limits at all (`never`).
 */
export function writeKind(action: string, rule: Rule): 'content' | 'free' | 'never' {
  // The sum of an upload's parts is nothing a policy can see.
  if (rule.maxBytes !== undefined && !SIMPLE.includes(action)) return 'never'
  return DESCRIBING.includes(action) ? 'content' : 'free'
}

/**
 * What a rule demands of content that is written. An object must not be made public by a header, whatever
 * the rule.
 */
export function contentCondition(rule: Rule): Condition {
  return {
    string_equal_if_exist: { 'cos:x-cos-acl': ['default', 'private'] },
    ...(rule.types ? { string_like: { 'cos:content-type': rule.types } } : {}),
    ...(rule.maxBytes === undefined
      ? {}
      : { numeric_less_than_equal: { 'cos:content-length': rule.maxBytes } }),
  }
}
