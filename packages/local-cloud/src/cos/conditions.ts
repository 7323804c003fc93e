import { decodeOrKeep } from '@miniprogram-cos/protocol'

/**
 * Condition operators of COS (documents 436/71306, 436/71307). For a key that the request does not have, an
 * operator is false and its variant with `_if_exist` is true. The values of a list are alternatives; all keys and operators
 * must hold.
 */
const OPERATORS: Record<string, (actual: string, expected: string) => boolean> = {
  string_equal: (actual, expected) => actual === expected,
  string_not_equal: (actual, expected) => actual !== expected,
  string_like: (actual, expected) => isLike(actual, expected),
  ip_equal: (actual, expected) => isInNetwork(actual, expected),
  ip_not_equal: (actual, expected) => !isInNetwork(actual, expected),
  numeric_equal: (actual, expected) => Number(actual) === Number(expected),
  numeric_not_equal: (actual, expected) => Number(actual) !== Number(expected),
  numeric_greater_than: (actual, expected) => Number(actual) > Number(expected),
  numeric_greater_than_equal: (actual, expected) => Number(actual) >= Number(expected),
  numeric_less_than: (actual, expected) => Number(actual) < Number(expected),
  numeric_less_than_equal: (actual, expected) => Number(actual) <= Number(expected),
  bool_equal: (actual, expected) => actual === expected,
}

/** Operators that must hold for every listed value. */
const NEGATIVE = new Set(['string_not_equal', 'ip_not_equal', 'numeric_not_equal'])

const IF_EXIST = '_if_exist'

/** An operator in lower case without `_if_exist`; the documents capitalise some. */
function plain(name: string): string {
  const operator = name.toLowerCase()
  return operator.endsWith(IF_EXIST) ? operator.slice(0, -IF_EXIST.length) : operator
}

export function isKnownOperator(operator: string): boolean {
  return Object.hasOwn(OPERATORS, plain(operator))
}

/** A value that is unknown until the body has been received; the policy is evaluated again then. */
export const UNKNOWN_YET = Symbol('unknown yet')

/** The values that conditions compare: condition key -> value, absent if the request has none. */
export type ConditionContext = Record<string, string | typeof UNKNOWN_YET | undefined>

/** Keys whose values are URL-encoded in policies (document 436/71307). */
const ENCODED_KEYS = new Set([
  'cos:prefix',
  'cos:delimiter',
  'cos:marker',
  'cos:versionid',
  'cos:response-content-type',
])

/** Keys that the documents spell in two ways. */
const ALIASES: Record<string, string> = { 'cos:content_length': 'cos:content-length' }

export function conditionsHold(
  condition: Record<string, Record<string, unknown>> | undefined,
  context: ConditionContext,
  effect: 'allow' | 'deny' = 'allow',
): boolean {
  for (const [operator, keys] of Object.entries(condition ?? {})) {
    const compare = OPERATORS[plain(operator)]
    if (!compare) return false
    for (const [name, expected] of Object.entries(keys)) {
      const key = ALIASES[name] ?? name
      const actual = Object.hasOwn(context, key) ? context[key] : undefined
      if (actual === UNKNOWN_YET) {
        if (effect === 'allow') continue
        return false
      }
      if (actual === undefined) {
        if (operator.toLowerCase().endsWith(IF_EXIST)) continue
        return false
      }
      const values = (Array.isArray(expected) ? expected : [expected]).map((value) =>
        ENCODED_KEYS.has(key) ? decodeOrKeep(String(value)) : String(value),
      )
      const holds = NEGATIVE.has(plain(operator))
        ? values.every((value) => compare(actual, value))
        : values.some((value) => compare(actual, value))
      if (!holds) return false
    }
  }
  return true
}

/** Matches a pattern in which `*` is a wildcard only at the two ends. */
function isLike(actual: string, pattern: string): boolean {
  const head = pattern.startsWith('*')
  const tail = pattern.length > 1 && pattern.endsWith('*')
  const core = pattern.slice(head ? 1 : 0, tail ? -1 : undefined)
  if (head && tail) return actual.includes(core)
  if (head) return actual.endsWith(core)
  if (tail) return actual.startsWith(core)
  return actual === core
}

function isInNetwork(ip: string, network: string): boolean {
  const [base = '', bits = '32'] = network.split('/')
  const [a, b] = [ipNumber(ip), ipNumber(base)]
  if (a === undefined || b === undefined) return ip === network
  const shift = 32 - Number(bits)
  return shift >= 32 || Math.floor(a / 2 ** shift) === Math.floor(b / 2 ** shift)
}

function ipNumber(ip: string): number | undefined {
  const parts = ip
    .replace(/^::ffff:/, '')
    .split('.')
    .map(Number)
  if (parts.length !== 4 || parts.some((n) => !(n >= 0 && n <= 255))) return undefined
  return parts.reduce((sum, n) => sum * 256 + n, 0)
}
