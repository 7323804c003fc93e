import type { ScopeEntry } from '@miniprogram-cos/protocol'
import { type Rule, VERBS } from '../access/accessRule'
import { covers, type Grant, whyNot } from '../access/grants'
import { requestedKeyProblem } from '../access/keyGuard'
import { FunctionFault } from '../functionFault'
import { conditionKind } from './actionConditions'
import { type Permission, type Place, type PolicyDocument, statementsOf } from './compilePolicy'
import { keyObstacle } from './keyObstacle'
import { actionsOf, actionsOfGrant } from './verbOperations'

/** More would not fit into a policy. */
const MAX_ENTRIES = 50

/** What the entries of a scope are checked against. */
export interface ScopeLimits {
  grants: Grant[]
  rules: Rule[]
  place: Place
  /** Whether a key was named by the server for this caller. */
  isServerName: (key: string) => boolean
}

/**
 * The policy of a key that permits exactly what the scope names, each entry within the caller's grants.
 * @throws FunctionFault `KitScopeRefused` naming the entry
 */
export function compileScope(scope: unknown, limits: ScopeLimits): PolicyDocument {
  const entries = Array.isArray(scope) ? scope : [scope]
  if (entries.length === 0 || entries.length > MAX_ENTRIES) {
    throw new FunctionFault('KitScopeRefused', `scope must have 1 to ${MAX_ENTRIES} entries`)
  }
  const permissions = entries.map((entry, i) => checkEntry(entry, `scope[${i}]`, limits))
  return { version: '2.0', statement: statementsOf(permissions, limits.place) }
}

function checkEntry(
  value: unknown,
  at: string,
  { grants, rules, place, isServerName }: ScopeLimits,
): Permission {
  const refuse = (why: string, rule?: string): never => {
    throw new FunctionFault('KitScopeRefused', `${at} is refused: ${why}`, rule ? { rule } : {})
  }
  if (typeof value !== 'object' || value === null) return refuse('it is not an object')
  const entry = value as Partial<Record<keyof ScopeEntry, unknown>>
  if (typeof entry.action !== 'string' || typeof entry.prefix !== 'string') {
    return refuse('action and prefix must be text')
  }
  if (entry.bucket !== undefined && entry.bucket !== place.bucket) return refuse('another bucket')
  if (entry.region !== undefined && entry.region !== place.region) return refuse('another region')
  const action = /^(?:name\/)?(?:cos:)?([A-Za-z]+)$/.exec(entry.action)?.[1] ?? ''
  const verb = VERBS.find((one) => actionsOf(one).includes(action))
  if (!verb) return refuse(`no rule can allow the action ${shown(entry.action)}`)
  const path = entry.prefix
  const problem = requestedKeyProblem(path)
  if (problem) return refuse(`${shown(path)}: ${problem}`)
  const grant = grants.find((one) => actionsOfGrant(one).includes(action) && covers(one, path))
  if (!grant) {
    const { message, rule } = whyNot(rules, verb, path)
    return refuse(message, rule)
  }
  if (grant.verb === 'write') {
    const { rule } = grant
    const obstacle = keyObstacle(rule)
    const isNamed = rule.overwrite && rule.names === 'server' && isServerName(path)
    if (obstacle && !isNamed) return refuse(obstacle, rule.pattern)
    if (conditionKind(action, grant) === 'never') {
      return refuse('the rule limits the size, and no key can limit the sum of parts', rule.pattern)
    }
  }
  return { action, path, grant }
}

function shown(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text)
}
