import { covers, type Grant } from '../access/grants'
import { requestedKeyProblem } from '../access/keyGuard'
import type { Verb } from '../access/rules'
import { VERBS } from '../access/rules'
import { FunctionFault } from '../functionFault'
import { type Place, type PolicyDocument, resourceOf } from './compilePolicy'
import { actionsOf } from './verbActions'

/** One entry of the official clients' `options.Scope`. */
export interface ScopeEntry {
  /** `name/cos:PutObject` */
  action: string
  bucket?: string
  region?: string
  /** A key, or the prefix of a list. */
  prefix: string
}

/** More would not fit into a policy. */
const MAX_ENTRIES = 50

/**
 * The policy of a key that permits exactly what the scope names, each entry within the caller's grants.
 * @throws FunctionFault `KitScopeRefused` naming the entry
 */
export function compileScope(scope: unknown, grants: Grant[], place: Place): PolicyDocument {
  const entries = Array.isArray(scope) ? scope : [scope]
  if (entries.length === 0 || entries.length > MAX_ENTRIES) {
    throw new FunctionFault('KitScopeRefused', `scope must have 1 to ${MAX_ENTRIES} entries`)
  }
  const byAction = new Map<string, Set<string>>()
  for (const [i, entry] of entries.entries()) {
    const { action, key } = checkEntry(entry, `scope[${i}]`, grants, place)
    const resources = byAction.get(action) ?? new Set()
    byAction.set(action, resources.add(resourceOf(place, key)))
  }
  return {
    version: '2.0',
    statement: [...byAction].map(([action, resources]) => ({
      effect: 'allow',
      action: [`name/cos:${action}`],
      resource: [...resources],
    })),
  }
}

function checkEntry(
  value: unknown,
  at: string,
  grants: Grant[],
  place: Place,
): { action: string; key: string } {
  const refuse = (why: string): never => {
    throw new FunctionFault('KitScopeRefused', `${at} is refused: ${why}`)
  }
  if (typeof value !== 'object' || value === null) return refuse('it is not an object')
  const entry = value as Partial<Record<keyof ScopeEntry, unknown>>
  if (typeof entry.action !== 'string' || typeof entry.prefix !== 'string') {
    return refuse('action and prefix must be text')
  }
  if (entry.bucket !== undefined && entry.bucket !== place.bucket) return refuse('another bucket')
  if (entry.region !== undefined && entry.region !== place.region) return refuse('another region')
  const action = entry.action.replace(/^name\//, '').replace(/^cos:/, '')
  const verb = VERBS.find((one: Verb) => actionsOf(one).includes(action))
  if (!verb) return refuse(`no rule can allow the action ${JSON.stringify(entry.action)}`)
  const problem = requestedKeyProblem(entry.prefix)
  if (problem) return refuse(`${JSON.stringify(entry.prefix)}: ${problem}`)
  const key = entry.prefix
  if (!grants.some((grant) => grant.verb === verb && covers(grant, key))) {
    return refuse(`no rule lets you ${verb} ${JSON.stringify(key)}`)
  }
  return { action, key }
}
