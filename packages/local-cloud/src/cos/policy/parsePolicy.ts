import { isKnownOperator } from './conditions'
import type { Policy, Statement } from './policy'

/** Why a text is no CAM policy; `code` is the STS error of that kind. */
export class PolicyFault extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/**
 * Reads a policy document as strictly as CAM does (document 598/10604).
 * @throws PolicyFault
 */
export function parsePolicy(text: string): Policy {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw new PolicyFault('InvalidParameter.StrategyFormatError', 'the policy is not JSON')
  }
  if (!isObject(parsed)) {
    throw new PolicyFault('InvalidParameter.StrategyFormatError', 'the policy is not an object')
  }
  if (parsed.version !== '2.0') {
    throw new PolicyFault('InvalidParameter.StrategyInvalid', 'version must be "2.0"')
  }
  if ('principal' in parsed) throw principalFault()
  const statements = Array.isArray(parsed.statement) ? parsed.statement : [parsed.statement]
  if (statements.length === 0) {
    throw new PolicyFault('InvalidParameter.StrategyInvalid', 'the policy has no statement')
  }
  return { version: '2.0', statement: statements.map(parseStatement) }
}

const STATEMENT_KEYS = new Set(['effect', 'action', 'resource', 'condition', 'sid', 'principal'])

function parseStatement(value: unknown, index: number): Statement {
  const at = `statement[${index}]`
  if (!isObject(value)) {
    throw new PolicyFault('InvalidParameter.StrategyFormatError', `${at} is not an object`)
  }
  if ('principal' in value && !isEverybody(value.principal)) throw principalFault()
  const unknown = Object.keys(value).find((key) => !STATEMENT_KEYS.has(key))
  if (unknown) {
    throw new PolicyFault(
      'InvalidParameter.StrategyInvalid',
      `${at} has an unknown key "${unknown}"`,
    )
  }
  if (value.effect !== 'allow' && value.effect !== 'deny') {
    throw new PolicyFault('InvalidParameter.StrategyInvalid', `${at}.effect must be allow or deny`)
  }
  const action = strings(value.action, `${at}.action`)
  const resource = strings(value.resource, `${at}.resource`)
  for (const one of action) {
    if (one !== '*' && !/^(?:name\/)?[a-z]+:[A-Za-z*]+$/.test(one)) {
      throw new PolicyFault('InvalidParameter.StrategyInvalid', `${at}: bad action "${one}"`)
    }
  }
  for (const one of resource) {
    if (one !== '*' && !isSixSegments(one)) {
      throw new PolicyFault(
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
    throw new PolicyFault(
      'InvalidParameter.StrategyFormatError',
      `${at}.condition is not an object`,
    )
  }
  for (const [operator, keys] of Object.entries(value)) {
    if (!isKnownOperator(operator) || !isObject(keys)) {
      throw new PolicyFault(
        'InvalidParameter.StrategyInvalid',
        `${at}: bad condition "${operator}"`,
      )
    }
  }
  return value as NonNullable<Statement['condition']>
}

function isSixSegments(resource: string): boolean {
  const [prefix, project, service, , account, path] = splitResource(resource)
  return prefix === 'qcs' && project === '' && service === 'cos' && !!account && !!path
}

/** Splits into six; a key may itself contain colons. */
export function splitResource(resource: string): string[] {
  const parts = resource.split(':')
  return parts.length <= 6 ? parts : [...parts.slice(0, 5), parts.slice(5).join(':')]
}

function strings(value: unknown, at: string): string[] {
  const list = Array.isArray(value) ? value : [value]
  if (list.length === 0 || !list.every((one) => typeof one === 'string' && one !== '')) {
    throw new PolicyFault(
      'InvalidParameter.StrategyFormatError',
      `${at} must be text or a list of it`,
    )
  }
  return list as string[]
}

/** `{"qcs":["*"]}` says nothing; Tencent's own samples (qcloud-cos-sts) send it, and STS takes it. */
function isEverybody(principal: unknown): boolean {
  const { qcs } = (principal ?? {}) as { qcs?: unknown }
  return qcs === '*' || (Array.isArray(qcs) && qcs.length === 1 && qcs[0] === '*')
}

function principalFault(): PolicyFault {
  return new PolicyFault(
    'InvalidParameter.StrategyInvalid',
    'the policy of a temporary key must not contain principal',
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
