import { isObject, parseJsonObject } from '../http'

/** A CAM policy document (document 598/10604). */
export interface Policy {
  version: '2.0'
  statement: Statement[]
}

export interface Statement {
  effect: 'allow' | 'deny'
  action: string[]
  resource: string[]
  /** Operator -> condition key -> allowed values. */
  condition?: Record<string, Record<string, unknown>>
}

/** An invalid CAM policy; `code` is that of the STS error. */
export class PolicyError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Parses a policy document as strictly as CAM (document 598/10604).
 * @throws PolicyError
 */
export function parsePolicy(text: string): Policy {
  const parsed = parseJsonObject(text)
  if (!parsed) throw formatError('the policy is not a JSON object')
  if (parsed.version !== '2.0') {
    throw invalid('version must be "2.0"')
  }
  if ('principal' in parsed) throw principalError()
  const statements = Array.isArray(parsed.statement) ? parsed.statement : [parsed.statement]
  if (statements.length === 0) {
    throw invalid('the policy has no statement')
  }
  return { version: '2.0', statement: statements.map(parseStatement) }
}

const STATEMENT_KEYS = new Set(['effect', 'action', 'resource', 'condition', 'sid', 'principal'])

function parseStatement(value: unknown, index: number): Statement {
  const at = `statement[${index}]`
  if (!isObject(value)) {
    throw formatError(`${at} is not an object`)
  }
  if ('principal' in value && !isEverybody(value.principal)) throw principalError()
  const unknown = Object.keys(value).find((key) => !STATEMENT_KEYS.has(key))
  if (unknown) {
    throw invalid(`${at} has an unknown key "${unknown}"`)
  }
  if (value.effect !== 'allow' && value.effect !== 'deny') {
    throw invalid(`${at}.effect must be allow or deny`)
  }
  const action = strings(value.action, `${at}.action`)
  const resource = strings(value.resource, `${at}.resource`)
  for (const one of action) {
    if (one !== '*' && !/^(?:name\/)?[a-z]+:[A-Za-z*]+$/.test(one)) {
      throw invalid(`${at}: bad action "${one}"`)
    }
  }
  for (const one of resource) {
    if (one !== '*' && !isSixSegments(one)) {
      throw new PolicyError(
        'InvalidParameter.ResouceError',
        `${at}: resource "${one}" is not of the form qcs::cos:<region>:uid/<appid>:<bucket>/<path>`,
      )
    }
  }
  return {
    effect: value.effect,
    action,
    resource,
    ...(value.condition === undefined ? {} : { condition: conditionsOf(value.condition, at) }),
  }
}

function conditionsOf(value: unknown, at: string): NonNullable<Statement['condition']> {
  if (!isObject(value)) {
    throw formatError(`${at}.condition is not an object`)
  }
  for (const [operator, keys] of Object.entries(value)) {
    if (!isKnownOperator(operator) || !isObject(keys)) {
      throw invalid(`${at}: bad condition "${operator}"`)
    }
  }
  return value as NonNullable<Statement['condition']>
}

function isSixSegments(resource: string): boolean {
  const [prefix, project, service, , account, path] = splitResource(resource)
  return (
    prefix === 'qcs' &&
    project === '' &&
    (service === 'cos' || service === 'ci') &&
    !!account &&
    !!path
  )
}

/** Splits a resource into six segments; its path can contain colons. */
export function splitResource(resource: string): string[] {
  const parts = resource.split(':')
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')]
}

function strings(value: unknown, at: string): string[] {
  const list = Array.isArray(value) ? value : [value]
  if (list.length === 0 || !list.every((one) => typeof one === 'string' && one !== '')) {
    throw formatError(`${at} must be a text or a list of texts`)
  }
  return list as string[]
}

/** `{"qcs":["*"]}` has no effect; qcloud-cos-sts sends it, and STS accepts it. */
function isEverybody(principal: unknown): boolean {
  const { qcs } = (principal ?? {}) as { qcs?: unknown }
  return qcs === '*' || (Array.isArray(qcs) && qcs.length === 1 && qcs[0] === '*')
}

function formatError(message: string): PolicyError {
  return new PolicyError('InvalidParameter.StrategyFormatError', message)
}

function invalid(message: string): PolicyError {
  return new PolicyError('InvalidParameter.StrategyInvalid', message)
}

function principalError(): PolicyError {
  return invalid('the policy of a temporary key must not contain principal')
}

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

function isKnownOperator(operator: string): boolean {
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
        ENCODED_KEYS.has(key) ? decoded(String(value)) : String(value),
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

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
