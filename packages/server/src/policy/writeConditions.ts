import type { Rule } from '../access/accessRule'

/** Operator -> condition key -> values. */
export type Condition = Record<string, Record<string, number | string[]>>

/** Actions whose requests carry the headers that conditions are about (document 436/71307). */
const SIMPLE = ['PutObject', 'PostObject']
const DESCRIBING = [...SIMPLE, 'InitiateMultipartUpload']

/**
 * The condition of an action under a rule, `'never'` if the rule's limits cannot be kept with it, or
 * undefined if it needs none. An object must not be made public by a header, whatever the rule.
 */
export function conditionOf(action: string, rule: Rule): Condition | 'never' | undefined {
  const isSimple = SIMPLE.includes(action)
  // The sum of an upload's parts is nothing a policy can see.
  if (rule.maxBytes !== undefined && !isSimple) return 'never'
  if (!DESCRIBING.includes(action)) return undefined
  return {
    string_equal_if_exist: { 'cos:x-cos-acl': ['default', 'private'] },
    ...(rule.types ? { string_like: { 'cos:content-type': rule.types } } : {}),
    ...(rule.maxBytes === undefined
      ? {}
      : { numeric_less_than_equal: { 'cos:content-length': rule.maxBytes } }),
  }
}
