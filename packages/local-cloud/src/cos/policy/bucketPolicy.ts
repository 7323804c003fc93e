import { CosServiceError } from '../errors'
import { type Decision, evaluatePolicy, type PolicyRequest } from './evaluatePolicy'
import { PolicyError, parsePolicy, splitResource } from './parsePolicy'

interface PolicyStatement {
  principal?: unknown
  [key: string]: unknown
}

/** document 436/8282 */
const MAX_POLICY_BYTES = 20 * 1024

/**
 * Converts a bucket policy to the format that COS returns: `Statement` at the top level, and a policy-wide principal moved
 * into the statements.
 * @throws CosServiceError `MalformedPolicy`
 */
export function normaliseBucketPolicy(text: string, bucket: string): string {
  if (Buffer.byteLength(text) > MAX_POLICY_BYTES) {
    throw new CosServiceError('MalformedPolicy', 'The policy is larger than 20 KB.')
  }
  let parsed: Record<string, unknown>
  try {
    parsed = JSON.parse(text) as Record<string, unknown>
  } catch {
    throw new CosServiceError('MalformedPolicy')
  }
  const version = parsed?.version ?? parsed?.Version
  if (version !== undefined && version !== '2.0') {
    throw new CosServiceError('MalformedPolicy', 'version must be "2.0".')
  }
  const statements = parsed?.statement ?? parsed?.Statement
  const list = (Array.isArray(statements) ? statements : [statements]) as PolicyStatement[]
  const shared = parsed?.principal ?? parsed?.Principal
  const Statement = list.map((statement) => {
    if (typeof statement !== 'object' || statement === null)
      throw new CosServiceError('MalformedPolicy')
    return shared === undefined || statement.principal !== undefined
      ? statement
      : { principal: shared, ...statement }
  })
  if (Statement.length === 0)
    throw new CosServiceError('MalformedPolicy', 'The policy has no statement.')
  for (const statement of Statement) checkStatement(statement, bucket)
  return JSON.stringify({ Statement, version: version ?? '2.0' })
}

/** A statement with its keys in lower case, and its principals. */
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
  const principals = (Array.isArray(qcs) ? qcs : [qcs]).filter((name) => typeof name === 'string')
  return { principals: principals as string[], rest }
}

/** An account, a sub-account, a role, or everyone. */
const PRINCIPAL = /^(\*|qcs:\*|qcs::cam::.+|qcs::sts::.+|\d+|\d+\/\d+)$/

function checkStatement(statement: PolicyStatement, bucket: string): void {
  const { principals, rest } = readStatement(statement)
  if (principals.length === 0 || !principals.every((name) => PRINCIPAL.test(name))) {
    throw new CosServiceError('MalformedPolicy', 'The principal is missing or not valid.')
  }
  try {
    const policy = parsePolicy(JSON.stringify({ version: '2.0', statement: [rest] }))
    for (const resource of policy.statement.flatMap(
      (parsedStatement) => parsedStatement.resource,
    )) {
      const other = /^([a-z0-9-]+-\d{4,})(\/|$)/.exec(splitResource(resource)[5] ?? '')?.[1]
      if (other && other !== bucket) {
        throw new CosServiceError(
          'MalformedPolicy',
          `The resource ${resource} belongs to another bucket.`,
        )
      }
    }
  } catch (error) {
    if (error instanceof PolicyError) throw new CosServiceError('MalformedPolicy', error.message)
    throw error
  }
}

const ANYONE = new Set([
  '*',
  'qcs::cam::anyone:anyone',
  // Authenticated callers have the permissions of anonymous ones (document 436/31923).
  'qcs::cam::anonymous:anonymous',
  'qcs:*',
])

/**
 * Evaluates a bucket policy.
 * @param uin the UIN of the root account; undefined for other principals
 */
export function evaluateBucketPolicy(
  text: string,
  request: PolicyRequest,
  uin: string | undefined,
): Decision {
  const { Statement } = JSON.parse(text) as { Statement: PolicyStatement[] }
  const rootPrincipal = uin === undefined ? undefined : `qcs::cam::uin/${uin}:uin/${uin}`
  const applying = Statement.map(readStatement)
    .filter(({ principals }) =>
      principals.some((name) => ANYONE.has(name) || name === rootPrincipal),
    )
    .map(({ rest }) => rest)
  if (applying.length === 0) return { allowed: false, reason: 'no statement names this principal' }
  const policy = parsePolicy(JSON.stringify({ version: '2.0', statement: applying }))
  return evaluatePolicy(policy, request)
}
