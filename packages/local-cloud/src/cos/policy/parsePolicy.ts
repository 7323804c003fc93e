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
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new PolicyError('InvalidParameter.StrategyFormatError', 'the policy is not JSON')
  }
  if (!isObject(parsed)) {
    throw new PolicyError('InvalidParameter.StrategyFormatError', 'the policy is not an object')
  }
  if (parsed.version !== '2.0') {
    throw new PolicyError('InvalidParameter.StrategyInvalid', 'version must be "2.0"')
  }
  if ('principal' in parsed) throw principalError()
  const statements = Array.isArray(parsed.statement) ? parsed.statement : [parsed.statement]
  if (statements.length === 0) {
    throw new PolicyError('InvalidParameter.StrategyInvalid', 'the policy has no statement')
  }
  return { version: '2.0', statement: statements.map(parseStatement) }
}

const STATEMENT_KEYS = new Set(['effect', 'action', 'resource', 'condition', 'sid', 'principal'])

function parseStatement(value: unknown, index: number): Statement {
  const at = `statement[${index}]`
  if (!isObject(value)) {
    throw new PolicyError('InvalidParameter.StrategyFormatError', `${at} is not an object`)
  }
  if ('principal' in value && !isEverybody(value.principal)) throw principalError()
  const unknown = Object.keys(value).find((key) => !STATEMENT_KEYS.has(key))
  if (unknown) {
    throw new PolicyError(
      'InvalidParameter.StrategyInvalid',
      `${at} has an unknown key "${unknown}"`,
    )
  }
  if (value.effect !== 'allow' && value.effect !== 'deny') {
    throw new PolicyError('InvalidParameter.StrategyInvalid', `${at}.effect must be allow or deny`)
  }
  const action = strings(value.action, `${at}.action`)
  const resource = strings(value.resource, `${at}.resource`)
  for (const one of action) {
    if (one !== '*' && !/^(?:name\/)?[a-z]+:[A-Za-z*]+$/.test(one)) {
      throw new PolicyError('InvalidParameter.StrategyInvalid', `${at}: bad action "${one}"`)
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
    throw new PolicyError(
      'InvalidParameter.StrategyFormatError',
      `${at}.condition is not an object`,
    )
  }
  for (const [operator, keys] of Object.entries(value)) {
    if (!isKnownOperator(operator) || !isObject(keys)) {
      throw new PolicyError(
        'InvalidParameter.StrategyInvalid',
        `${at}: bad condition "${operator}"`,
      )
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
    throw new PolicyError(
      'InvalidParameter.StrategyFormatError',
      `${at} must be a text or a list of texts`,
    )
  }
  return list as string[]
}

/** `{"qcs":["*"]}` has no effect; qcloud-cos-sts sends it, and STS accepts it. */
function isEverybody(principal: unknown): boolean {
  const { qcs } = (principal ?? {}) as { qcs?: unknown }
  return qcs === '*' || (Array.isArray(qcs) && qcs.length === 1 && qcs[0] === '*')
}

function principalError(): PolicyError {
  return new PolicyError(
    'InvalidParameter.StrategyInvalid',
    'the policy of a temporary key must not contain principal',
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
