import { type ConditionContext, conditionsHold } from './conditions'
import { splitResource } from './parsePolicy'
import type { Policy, Statement } from './policy'

/** What is asked for: one action on one thing. */
export interface AccessRequest {
  /** Without the `name/cos:` in front. */
  action: string
  region: string
  appid: string
  /** `name-appid`; empty for the service itself. */
  bucket: string
  /** Key or list prefix; empty for the bucket itself. */
  path: string
  context: ConditionContext
}

export interface Decision {
  allowed: boolean
  /** Denied in so many words: no other policy can allow it. */
  isExplicit?: true
  /** Which statement decided, or that none did. */
  reason: string
}

/**
 * Evaluates a policy as CAM's documents describe (598/10607, 436/31923): nothing is allowed unless a
 * statement allows it, and a matching deny always wins.
 */
export function evaluatePolicy(policy: Policy, request: AccessRequest): Decision {
  let allowedBy = -1
  for (const [index, statement] of policy.statement.entries()) {
    if (!statementApplies(statement, request)) continue
    if (statement.effect === 'deny') {
      return { allowed: false, isExplicit: true, reason: `statement[${index}] denies it` }
    }
    if (allowedBy < 0) allowedBy = index
  }
  const allowing = policy.statement[allowedBy]
  return allowing
    ? { allowed: true, reason: `statement[${allowedBy}] allows ${describe(allowing, request)}` }
    : {
        allowed: false,
        reason: `no statement allows name/cos:${request.action} on ${request.bucket}/${request.path}`,
      }
}

/** The action, and the resource pattern that let it through. */
function describe({ resource }: Statement, request: AccessRequest): string {
  const pattern = resource.find((one) => resourceMatches(one, request)) ?? '*'
  const path = pattern === '*' ? '*' : modernPath(splitResource(pattern)[5] ?? '*')
  return `name/cos:${request.action} on ${path}`
}

function statementApplies(statement: Statement, request: AccessRequest): boolean {
  return (
    statement.action.some((pattern) => actionMatches(pattern, request.action)) &&
    statement.resource.some((pattern) => resourceMatches(pattern, request)) &&
    conditionsHold(statement.condition, request.context, statement.effect)
  )
}

/** Actions are case-sensitive; both `name/cos:X` and `cos:X` are in use. */
function actionMatches(pattern: string, action: string): boolean {
  if (pattern === '*') return true
  const own = /^(?:name\/)?cos:(.+)$/.exec(pattern)?.[1]
  return own !== undefined && wildcardMatches(own, action)
}

function resourceMatches(pattern: string, request: AccessRequest): boolean {
  if (pattern === '*') return true
  const [prefix, , service, region, account, path = ''] = splitResource(pattern)
  if (prefix !== 'qcs' || service !== 'cos') return false
  if (region !== '' && region !== '*' && region !== request.region) return false
  // COS wants the account spelt out: `uid/*` matches nothing.
  if (account !== `uid/${request.appid}`) return false
  if (request.bucket === '') return path === '*'
  return wildcardMatches(modernPath(path), `${request.bucket}/${request.path}`)
}

/** The old form `prefix//<appid>/<short name>/<path>`, as `<bucket>/<path>`. */
function modernPath(path: string): string {
  const match = /^prefix\/\/(\d+)\/([^/]+)\/(.*)$/s.exec(path)
  return match ? `${match[2]}-${match[1]}/${match[3]}` : path
}

/** `*` stands for any run of characters, slashes too; there is no other wildcard and no escape. */
export function wildcardMatches(pattern: string, text: string): boolean {
  const pieces = pattern.split('*')
  const first = pieces[0] as string
  if (pieces.length === 1) return text === first
  const last = pieces[pieces.length - 1] as string
  if (!text.startsWith(first) || text.length < first.length + last.length) return false
  if (!text.endsWith(last)) return false
  let at = first.length
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return at <= text.length - last.length
}
