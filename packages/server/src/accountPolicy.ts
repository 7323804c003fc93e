import { type Grant, pathOf } from './grants'
import {
  type BucketLocation,
  compilePolicy,
  MOVE_ACTIONS,
  type PolicyDocument,
  type PolicyStatement,
  resourceOf,
} from './policy'
import { granteesOf, hasQuota, listPrefix, type Rule, TRASH, VERBS } from './rules'

/** STS knows no finer resource than `*` for GetFederationToken. */
const CALL_STS: PolicyStatement = {
  effect: 'allow',
  action: ['name/sts:GetFederationToken'],
  resource: ['*'],
}

/**
 * The policy of the sub-account, or of the role, whose key the functions hold. It is the upper bound of every caller's
 * key, since STS issues none that exceeds the account: the bucket paths in the rules, and the right to call STS.
 * @param roleArn the role that is assumed instead: the account may then assume it, and nothing else of STS
 */
export function accountPolicy(
  rules: Rule[],
  location: BucketLocation,
  roleArn?: string,
): PolicyDocument {
  const { statement } = compilePolicy(rules.flatMap(grantsOfAllCallers), location)
  const callSts = roleArn
    ? { ...CALL_STS, action: ['name/sts:AssumeRole'], resource: [roleArn] }
    : CALL_STS
  const own = ownStatements(rules, location)
  return { version: '2.0', statement: [callSts, ...statement, ...own] }
}

/**
 * The permissions of the functions' own key: to list folders that have a quota, check uploads that are confirmed, remove
 * those that never were, and move objects into the trash and back.
 */
function ownStatements(rules: Rule[], location: BucketLocation): PolicyStatement[] {
  const statement = (action: readonly string[], paths: string[]): PolicyStatement[] => {
    const resource = [...new Set(paths)].map((path) => resourceOf(location, `${path}*`))
    if (resource.length === 0) return []
    return [{ effect: 'allow', action: action.map((name) => `name/cos:${name}`), resource }]
  }
  const withQuotaOrHook = rules.filter((rule) => hasQuota(rule) || rule.onUpload)
  const withTrash = rules.filter(({ trashDays }) => trashDays !== undefined)
  return [
    ...statement(['HeadObject', 'GetBucket', 'DeleteObject'], withQuotaOrHook.map(listPrefix)),
    ...statement(MOVE_ACTIONS, [
      ...withTrash.map(listPrefix),
      ...withTrash.map((rule) => `${TRASH}${listPrefix(rule)}`),
    ]),
  ]
}

/** Everything that a rule grants to any caller, in every user's folder. */
function grantsOfAllCallers(rule: Rule): Grant[] {
  const allowed = granteesOf(rule).flatMap(({ verbs }) => verbs)
  return VERBS.filter((verb) => allowed.includes(verb)).map((verb) => ({
    verb,
    path: pathOf(rule, '*'),
    rule,
    isOwn: rule.owner.includes(verb),
  }))
}

/**
 * The strict signature setting (document 436/53892) that the functions require of the bucket: Host, every `x-cos-*`
 * header, `Pic-Operations` (which names further objects to write) and every parameter of a signed request must be
 * signed, so that nothing can be added to a signature or URL. It does not apply to form uploads.
 */
export const STRICT_SIGNATURE = `<StrictSignatureConfiguration>
  <Rule>
    <ID>miniprogram-cos</ID>
    <actionlist><action>*</action></actionlist>
    <headerlist><header>Host</header><header>x-cos-*</header><header>Pic-Operations</header></headerlist>
    <paramlist><param>all</param></paramlist>
  </Rule>
</StrictSignatureConfiguration>`

/** The lifecycle rules that empty the trash: a prefix, and the days for which its objects are kept. */
export function trashLifecycle(rules: Rule[]): { prefix: string; days: number }[] {
  const days = new Map<string, number>()
  for (const rule of rules) {
    if (rule.trashDays !== undefined) days.set(`${TRASH}${listPrefix(rule)}`, rule.trashDays)
  }
  return [...days].map(([prefix, days]) => ({ prefix, days }))
}
