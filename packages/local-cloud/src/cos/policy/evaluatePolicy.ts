import { type ConditionContext, conditionsHold } from './conditions'
import { type Policy, type Statement, splitResource } from './parsePolicy'

/** One action on one resource. */
export interface PolicyRequest {
  /** An action of COS without its prefix `name/cos:`, or one of data processing with its prefix `ci:`. */
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
  /** Set if a statement denies the action: no other policy can allow it then. */
  isExplicit?: true
  /** Names the statement that decided, or states that there is none. */
  reason: string
}

/**
 * Evaluates a policy as documented (598/10607, 436/31923): an action requires a statement that allows it,
 * and a matching deny always wins.
 */
export function evaluatePolicy(policy: Policy, request: PolicyRequest): Decision {
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
        reason: `no statement allows ${fullName(request.action)} on ${request.bucket}/${request.path}`,
      }
}

/** The allowed action, and the matching resource pattern. */
function describe({ resource }: Statement, request: PolicyRequest): string {
  const pattern = resource.find((candidate) => resourceMatches(candidate, request)) ?? '*'
  const path = pattern === '*' ? '*' : modernPath(splitResource(pattern)[5] ?? '*')
  return `${fullName(request.action)} on ${path}`
}

const isOfProcessing = (action: string) => action.startsWith('ci:')

function fullName(action: string): string {
  return isOfProcessing(action) ? action : `name/cos:${action}`
}

function statementApplies(statement: Statement, request: PolicyRequest): boolean {
  return (
    statement.action.some((pattern) => actionMatches(pattern, request.action)) &&
    statement.resource.some((pattern) => resourceMatches(pattern, request)) &&
    conditionsHold(statement.condition, request.context, statement.effect)
  )
}

/** Actions are case-sensitive, with or without the prefix `name/`. */
function actionMatches(pattern: string, action: string): boolean {
  if (pattern === '*') return true
  const name = pattern.replace(/^name\//, '')
  return wildcardMatches(name, isOfProcessing(action) ? action : `cos:${action}`)
}

function resourceMatches(pattern: string, request: PolicyRequest): boolean {
  if (pattern === '*') return true
  const [prefix, , service, region, account, path = ''] = splitResource(pattern)
  const isProcessing = isOfProcessing(request.action)
  if (prefix !== 'qcs' || service !== (isProcessing ? 'ci' : 'cos')) return false
  if (region !== '' && region !== '*' && region !== request.region) return false
  // COS requires the account: `uid/*` matches nothing.
  if (account !== `uid/${request.appid}`) return false
  if (request.bucket === '') return path === '*'
  const resource = `${request.bucket}/${request.path}`
  // `qcs::ci:<region>:uid/<appid>:bucket/<bucket>/<path>`
  return isProcessing
    ? wildcardMatches(path, `bucket/${resource}`)
    : wildcardMatches(modernPath(path), resource)
}

/** Converts the older format `prefix//<appid>/<short name>/<path>` to `<bucket>/<path>`. */
function modernPath(path: string): string {
  const match = /^prefix\/\/(\d+)\/([^/]+)\/(.*)$/s.exec(path)
  return match ? `${match[2]}-${match[1]}/${match[3]}` : path
}

/** Matches a pattern in which `*` stands for any characters, including slashes. There are no other wildcards and no escapes. */
export function wildcardMatches(pattern: string, text: string): boolean {
  const pieces = pattern.split('*')
  const [first = ''] = pieces
  if (pieces.length === 1) return text === first
  const last = pieces.at(-1) ?? ''
  if (!text.startsWith(first) || text.length < first.length + last.length) return false
  if (!text.endsWith(last)) return false
  let at = first.length
  for (const piece of pieces.slice(1, -1)) {
    const index = text.indexOf(piece, at)
    if (index < 0) return false
    at = index + piece.length
  }
  return at <= text.length - last.length
}
