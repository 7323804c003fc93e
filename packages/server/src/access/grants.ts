import { OPENID, type Rule, VERBS, type Verb } from './accessRule'

/** What one caller may do below one path. */
export interface Grant {
  verb: Verb
  /** The path with its last slash; `*` stands for every user's folder. */
  path: string
  /** The rule it comes from. */
  rule: Rule
  /** Whether the path is the caller's own folder, given to them as its owner. */
  isOwn: boolean
}

/** Who asks, as far as rules care. */
export interface Claims {
  openid: string
  /** Names of the groups they belong to. */
  groups: readonly string[]
}

/** Everything the rules grant a caller, one entry per verb and path. */
export function grantsOf(rules: Rule[], { openid, groups }: Claims): Grant[] {
  const grants: Grant[] = []
  for (const rule of rules) {
    const path = (who: string) =>
      `${rule.segments.map((segment) => (segment === OPENID ? who : segment)).join('/')}/`
    for (const verb of VERBS) {
      const isForOthers =
        rule.everyone.includes(verb) || groups.some((name) => rule.groups[name]?.includes(verb))
      const isOwner = rule.owner.includes(verb)
      if (isForOthers) grants.push({ verb, path: path('*'), rule, isOwn: false })
      // An owner may also list uploads in their own folder, which a grant for everyone does not include.
      if (isOwner && (!isForOthers || verb === 'write')) {
        grants.push({ verb, path: path(openid), rule, isOwn: true })
      }
    }
  }
  return grants
}

/** The caller's own folder: the first path with their OPENID that they may write to, or read. */
export function homeOf(rules: Rule[], openid: string): string {
  const own = rules.filter(({ segments, owner }) => segments.includes(OPENID) && owner.length > 0)
  const home = own.find(({ owner }) => owner.includes('write')) ?? own[0]
  if (!home) return ''
  return `${home.segments.map((segment) => (segment === OPENID ? openid : segment)).join('/')}/`
}

/** Whether a key lies below a granted path; `*` is exactly one segment here. */
export function covers({ path }: Pick<Grant, 'path'>, key: string): boolean {
  const wanted = path.split('/').slice(0, -1)
  const given = key.split('/')
  return (
    given.length > wanted.length &&
    wanted.every((segment, i) => segment === '*' || segment === given[i])
  )
}

/** Why none of the rules lets a caller do something with a key: names the rule whose path it is. */
export function whyNot(rules: Rule[], verb: Verb, key: string): { message: string; rule?: string } {
  const given = key.split('/')
  const rule = rules.find(
    ({ segments }) =>
      given.length > segments.length && segments.every((s, i) => s === OPENID || s === given[i]),
  )
  const shown = JSON.stringify(key.length > 100 ? `${key.slice(0, 100)}…` : key)
  if (!rule)
    return { message: `no rule lets you ${verb} ${shown}: no path of cos.config.ts covers it` }
  const allowed = [
    ...(rule.owner.includes(verb) ? ['its owner'] : []),
    ...(rule.everyone.includes(verb) ? ['everyone'] : []),
    ...Object.keys(rule.groups).filter((name) => rule.groups[name]?.includes(verb)),
  ]
  const who = allowed.length > 0 ? `only ${allowed.join(', ')}` : 'nobody'
  return {
    message: `no rule lets you ${verb} ${shown}: by access["${rule.pattern}"] ${who} may ${verb}`,
    rule: rule.pattern,
  }
}
