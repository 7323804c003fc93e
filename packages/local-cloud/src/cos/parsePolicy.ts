import { isObject, parseJsonObject } from '../http'
import { isKnownOperator } from './conditions'

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
  if ('principal' in value && !isAnyone(value.principal)) throw principalError()
  const unknown = Object.keys(value).find((key) => !STATEMENT_KEYS.has(key))
  if (unknown) {
    throw invalid(`${at} has an unknown key "${unknown}"`)
  }
  if (value.effect !== 'allow' && value.effect !== 'deny') {
    throw invalid(`${at}.effect must be allow or deny`)
  }
  const action = strings(value.action, `${at}.action`)
  const resource = strings(value.resource, `${at}.resource`)
  for (const pattern of action) {
    if (pattern !== '*' && !/^(?:name\/)?[a-z]+:[A-Za-z*]+$/.test(pattern)) {
      throw invalid(`${at}: bad action "${pattern}"`)
    }
  }
  for (const pattern of resource) {
    if (pattern !== '*' && !isSixSegments(pattern)) {
      throw new PolicyError(
        'InvalidParameter.ResouceError',
        `${at}: resource "${pattern}" is not of the form qcs::cos:<region>:uid/<appid>:<bucket>/<path>`,
      )
    }
  }
  return {
    effect: value.effect,
    action,
    resource,
    ...(value.condition === undefined ? {} : { condition: parseConditions(value.condition, at) }),
  }
}

function parseConditions(value: unknown, at: string): NonNullable<Statement['condition']> {
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
  if (list.length === 0 || !list.every((text) => typeof text === 'string' && text !== '')) {
    throw formatError(`${at} must be a text or a list of texts`)
  }
  return list as string[]
}

/** `{"qcs":["*"]}` has no effect; qcloud-cos-sts sends it, and STS accepts it. */
function isAnyone(principal: unknown): boolean {
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
