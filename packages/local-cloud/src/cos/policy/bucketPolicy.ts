import { Fault } from '../fault'
import { type AccessRequest, type Decision, evaluatePolicy } from './evaluatePolicy'
import { PolicyFault, parsePolicy } from './parsePolicy'

interface PolicyStatement {
  principal?: unknown
  [key: string]: unknown
}

/**
 * A bucket policy as posted, in the form COS shows it: `Statement` on top, a policy-wide principal moved
 * into the statements.
 * @throws Fault `MalformedPolicy`
 */
export function normaliseBucketPolicy(text: string): string {
  let parsed: Record<string, unknown>
  try {
    parsed = JSON.parse(text) as Record<string, unknown>
  } catch {
    throw new Fault('MalformedPolicy')
  }
  const given = parsed?.statement ?? parsed?.Statement
  const list = (Array.isArray(given) ? given : [given]) as PolicyStatement[]
  const shared = parsed?.principal ?? parsed?.Principal
  const Statement = list.map((statement) => {
    if (typeof statement !== 'object' || statement === null) throw new Fault('MalformedPolicy')
    return shared === undefined || statement.principal !== undefined
      ? statement
      : { principal: shared, ...statement }
  })
  for (const statement of Statement) checkStatement(statement)
  return JSON.stringify({ Statement, version: parsed.version ?? '2.0' })
}

/** A statement's inner keys in lower case, its principal apart. */
function readStatement(statement: PolicyStatement): {
  principals: string[]
  rest: Record<string, unknown>
} {
  const rest: Record<string, unknown> = {}
  let principal: unknown
  for (const [name, value] of Object.entries(statement)) {
    const lower = name.toLowerCase()
    if (lower === 'principal') principal = value
    else if (lower === 'effect') rest[lower] = String(value).toLowerCase()
    else rest[lower] = value
  }
  const qcs = (principal as { qcs?: unknown } | undefined)?.qcs ?? principal
  const principals = (Array.isArray(qcs) ? qcs : [qcs]).filter((one) => typeof one === 'string')
  return { principals: principals as string[], rest }
}

function checkStatement(statement: PolicyStatement): void {
  const { principals, rest } = readStatement(statement)
  if (principals.length === 0) throw new Fault('MalformedPolicy')
  try {
    parsePolicy(JSON.stringify({ version: '2.0', statement: [rest] }))
  } catch (error) {
    if (error instanceof PolicyFault) throw new Fault('MalformedPolicy', error.message)
    throw error
  }
}

const ANYONE = new Set(['*', 'qcs::cam::anyone:anyone', 'qcs:*'])

/**
 * What a bucket policy says about a request.
 * @param uin of the signed-in root account; undefined for anybody else
 */
export function evaluateBucketPolicy(
  text: string,
  request: AccessRequest,
  uin: string | undefined,
): Decision {
  const { Statement } = JSON.parse(text) as { Statement: PolicyStatement[] }
  const own = uin === undefined ? undefined : `qcs::cam::uin/${uin}:uin/${uin}`
  const applying = Statement.map(readStatement)
    .filter(({ principals }) => principals.some((one) => ANYONE.has(one) || one === own))
    .map(({ rest }) => rest)
  if (applying.length === 0) return { allowed: false, reason: 'no statement names this principal' }
  const policy = parsePolicy(JSON.stringify({ version: '2.0', statement: applying }))
  return evaluatePolicy(policy, request)
}
