import { OPENID, type Rule, VERBS, type Verb } from '../access/accessRule'
import { covers, type Grant, whyNot } from '../access/grants'
import { requestedKeyProblem } from '../access/keyGuard'
import { FunctionFault } from '../functionFault'
import { grantsForKeys, keyObstacle } from './keyObstacle'

const MAX_PATHS = 20

/**
 * The part of a caller's grants that they ask for: a narrower key by choice.
 * @throws FunctionFault `KitPathRefused` naming the path and the rule
 */
export function narrowGrants(
  { paths, verbs }: { paths?: unknown; verbs?: unknown },
  { grants, rules, openid }: { grants: Grant[]; rules: Rule[]; openid: string },
): Grant[] {
  const wanted = readVerbs(verbs)
  const usable = grantsForKeys(grants)
  if (paths === undefined) {
    const missing = (wanted ?? []).find((verb) => !usable.some((grant) => grant.verb === verb))
    if (missing) throw refusal('verbs', `no rule lets you ${missing} anything by a key`)
    return usable.filter(({ verb }) => wanted?.includes(verb))
  }
  if (!Array.isArray(paths) || paths.length === 0 || paths.length > MAX_PATHS) {
    throw refusal('paths', `it must be a list of 1 to ${MAX_PATHS} folders`)
  }
  return paths.flatMap((given, i) => {
    const path = readPath(given, openid, `paths[${i}]`)
    const found = VERBS.filter((verb) => wanted?.includes(verb) ?? true).flatMap((verb) => {
      const covering = usable.filter((one) => one.verb === verb && covers(one, path))
      const grant = covering.find(({ isOwn }) => isOwn) ?? covering[0]
      if (grant) return [{ verb, path, rule: grant.rule, isOwn: grant.isOwn }]
      if (!wanted) return []
      const hidden = grants.find((one) => one.verb === verb && covers(one, path))
      const why = hidden && keyObstacle(hidden.rule)
      const { message, rule } = why
        ? { message: why, rule: hidden.rule.pattern }
        : whyNot(rules, verb, path)
      throw refusal(`paths[${i}]`, message, rule)
    })
    if (found.length > 0) return found
    const { rule } = whyNot(rules, 'read', path)
    throw refusal(`paths[${i}]`, `no rule grants you anything in ${JSON.stringify(path)}`, rule)
  })
}

function readVerbs(value: unknown): Verb[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value) || value.length === 0 || value.length > VERBS.length) {
    throw refusal('verbs', `it must be a list of ${VERBS.join(', ')}`)
  }
  const unknown = value.findIndex((verb) => !VERBS.includes(verb as Verb))
  if (unknown >= 0) throw refusal(`verbs[${unknown}]`, `the verbs are ${VERBS.join(', ')}`)
  return value as Verb[]
}

function readPath(value: unknown, openid: string, at: string): string {
  if (typeof value !== 'string' || value.length > 1000) throw refusal(at, 'it must be text')
  const path = value
    .replace(/\/\*\*$/, '/')
    .split('/')
    .map((segment) => (segment === OPENID ? openid : segment))
    .join('/')
  if (!path.endsWith('/')) throw refusal(at, 'it must end in a slash')
  const problem = requestedKeyProblem(path)
  if (problem) throw refusal(at, `${JSON.stringify(path)}: ${problem}`)
  return path
}

function refusal(at: string, why: string, rule?: string): FunctionFault {
  return new FunctionFault('KitPathRefused', `${at} is refused: ${why}`, rule ? { rule } : {})
}
