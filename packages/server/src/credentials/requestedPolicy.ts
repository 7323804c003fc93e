import type { Call } from '../calls/answerCall'
import type { CheckedConfig } from '../config/checkConfig'
import { FunctionFault } from '../functionFault'
import { createName } from '../names/createName'
import { isServerName, nameSecret } from '../names/serverName'
import { compilePolicy, type PolicyDocument, statementsOf } from '../policy/compilePolicy'
import { grantsForKeys, keyObstacle } from '../policy/keyObstacle'
import { narrowGrants } from '../policy/narrowGrants'
import { compileScope } from '../policy/scopePolicy'
import { actionsOf } from '../policy/verbOperations'
import type { Environment } from '../sts/stsAccess'

/** What a key shall permit. */
export interface RequestedPolicy {
  what: 'key' | 'scope' | 'paths' | 'create'
  policy: PolicyDocument
  /** Less than all the caller may do. */
  isScoped: boolean
  /** For `create`. */
  key?: string
}

/** Reads what the caller asks for. @throws FunctionFault for anything beyond their grants */
export function requestedPolicy(
  { event, grants, openid, home }: Call,
  config: CheckedConfig,
  environment: Environment,
): RequestedPolicy {
  const { scope, paths, verbs, create } = event
  const { rules } = config
  const shapes = [scope, paths ?? verbs, create].filter((one) => one !== undefined && one !== null)
  if (shapes.length > 1) {
    throw new FunctionFault('KitBadRequest', 'ask with one of scope, paths (and verbs), create')
  }
  if (scope !== undefined && scope !== null) {
    const isOurs = (key: string) => isServerName(key, openid, nameSecret(environment))
    const policy = compileScope(scope, { grants, rules, place: config, isServerName: isOurs })
    return { what: 'scope', policy, isScoped: true }
  }
  if (create !== undefined && create !== null) {
    const caller = { rules, grants, openid, home }
    const { key, grant } = createName(create, caller, () => nameSecret(environment))
    if (!grant.rule.overwrite) {
      throw new FunctionFault('KitPathRefused', `create is refused: ${keyObstacle(grant.rule)}`, {
        rule: grant.rule.pattern,
      })
    }
    const permissions = actionsOf('write').map((action) => ({ action, path: key, grant }))
    const policy = { version: '2.0' as const, statement: statementsOf(permissions, config) }
    return { what: 'create', policy, isScoped: true, key }
  }
  if (shapes.length > 0) {
    const narrowed = narrowGrants(
      { paths: paths ?? undefined, verbs: verbs ?? undefined },
      { grants, rules, openid },
    )
    return { what: 'paths', policy: compilePolicy(narrowed, config), isScoped: true }
  }
  return { what: 'key', policy: compilePolicy(grantsForKeys(grants), config), isScoped: false }
}
