import { OPENID, type Rule, VERBS } from '../access/accessRule'
import type { Grant } from '../access/grants'
import {
  compilePolicy,
  type Place,
  type PolicyDocument,
  type PolicyStatement,
} from './compilePolicy'

/** What the account whose key the functions hold may ask of STS; it knows no finer resource than `*`. */
const ASK_STS: PolicyStatement = {
  effect: 'allow',
  action: ['name/sts:GetFederationToken'],
  resource: ['*'],
}

/**
 * The policy of the sub-account, or of the role, whose key the functions hold: the upper bound of what any
 * caller's key can permit, since STS gives none more than the account has. The bucket's paths that stand
 * in the rules, and nothing else.
 * @param roleArn the role that is assumed instead: then STS is asked for it alone
 */
export function accountPolicy(rules: Rule[], place: Place, roleArn?: string): PolicyDocument {
  const { statement } = compilePolicy(rules.flatMap(upperBound), place)
  const ask = roleArn
    ? { ...ASK_STS, action: ['name/sts:AssumeRole'], resource: [roleArn] }
    : ASK_STS
  return { version: '2.0', statement: [ask, ...statement] }
}

/** Everything that anybody may do below a rule's path, in every user's folder. */
function upperBound(rule: Rule): Grant[] {
  const { segments, owner, everyone, groups } = rule
  const allowed = [owner, everyone, ...Object.values(groups)].flat()
  const path = `${segments.map((segment) => (segment === OPENID ? '*' : segment)).join('/')}/`
  return VERBS.filter((verb) => allowed.includes(verb)).map((verb) => ({
    verb,
    path,
    rule,
    isOwn: owner.includes(verb),
  }))
}
