import { isBelow, type Verb } from '@miniprogram-cos/protocol'
import { quote, Reason, type Refuse } from './errors'
import { type KeyUse, keyReason } from './objectKey'
import { granteesOf, OPENID, type Rule, VERBS } from './rules'

/** The caller, as access rules see it. */
export interface Principal {
  openid: string
  /** Names of the groups they belong to. */
  groups: readonly string[]
}

/** A permission of one caller below one path. */
export interface Grant {
  verb: Verb
  /** The path with its last slash; `*` stands for every user's folder. */
  path: string
  /** The rule that grants it. */
  rule: Rule
  /** Whether the path is the caller's own folder, granted to them as its owner. */
  isOwn: boolean
}

/** Everything the rules grant a caller. */
export function grantsOf(rules: Rule[], { openid, groups }: Principal): Grant[] {
  return rules.flatMap((rule) =>
    VERBS.flatMap((verb): Grant[] => {
      const isOwner = rule.owner.includes(verb)
      const isForOthers =
        rule.everyone.includes(verb) || groups.some((name) => rule.groups[name]?.includes(verb))
      const forOthers = { verb, path: pathOf(rule, '*'), rule, isOwn: false }
      const forOwner = { verb, path: pathOf(rule, openid), rule, isOwn: true }
      if (!isForOthers) return isOwner ? [forOwner] : []
      // An owner may also list uploads in their own folder, which a grant for everyone does not include.
      return isOwner && verb === 'write' ? [forOthers, forOwner] : [forOthers]
    }),
  )
}

/** The path of a rule with its last slash, in the folder of one user, or of all (`*`). */
export function pathOf({ segments }: Rule, openid: string): string {
  return `${segments.map((segment) => (segment === OPENID ? openid : segment)).join('/')}/`
}

/** The caller's own folder: the first path with their OPENID that they may write to, or else read. */
export function ownPrefix(rules: Rule[], openid: string): string {
  const own = rules.filter(({ segments, owner }) => segments.includes(OPENID) && owner.length > 0)
  const rule = own.find(({ owner }) => owner.includes('write')) ?? own[0]
  return rule ? pathOf(rule, openid) : ''
}

/** Whether a grant includes a key: whether the key lies below its path. */
export function covers({ path }: Pick<Grant, 'path'>, key: string): boolean {
  return isBelow(path, key)
}

/**
 * The grant by which a caller may do something with a key.
 * @param includes whether a grant is of the right kind. @default it has the verb
 * @throws what `refuse` makes of the reason
 */
export function grantFor(
  verb: Verb,
  key: string,
  { grants, rules }: { grants: Grant[]; rules: Rule[] },
  refuse: Refuse,
  use: KeyUse = 'request',
  includes = (grant: Grant) => grant.verb === verb,
): Grant {
  const problem = keyReason(key, use)
  if (problem) throw refuse(problem, undefined, quote(key))
  const grant = grants.find((candidate) => includes(candidate) && covers(candidate, key))
  if (grant) return grant
  const { reason, rule } = explainDenial(rules, verb, key)
  throw refuse(reason, rule)
}

/** Why no rule lets a caller do something with a key, and the pattern of the rule whose path it is. */
export function explainDenial(
  rules: Rule[],
  verb: Verb,
  key: string,
): { reason: Reason; rule?: string } {
  const rule = rules.find((candidate) => isBelow(pathOf(candidate, '*'), key))
  if (!rule) return { reason: new Reason('notCovered', { verb, key: quote(key) }) }
  const who = granteesOf(rule)
    .filter(({ verbs }) => verbs.includes(verb))
    .map(({ name }) => name)
    .join(', ')
  const values = { verb, key: quote(key), rule: rule.pattern, who }
  return { reason: new Reason(who ? 'notGranted' : 'grantedToNobody', values), rule: rule.pattern }
}
