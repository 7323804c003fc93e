import { OPENID, type Rule, VERBS, type Verb } from './rules'

/** What one caller may do below one path. */
export interface Grant {
  verb: Verb
  /** The path with its last slash; `*` stands for every user's folder. */
  path: string
  /** The rule it comes from. */
  pattern: string
}

/** Everything the rules grant a caller, one entry per verb and path. */
export function grantsOf(rules: Rule[], openid: string): Grant[] {
  const grants: Grant[] = []
  for (const rule of rules) {
    const path = (who: string) =>
      `${rule.segments.map((segment) => (segment === OPENID ? who : segment)).join('/')}/`
    for (const verb of VERBS) {
      if (rule.everyone.includes(verb)) {
        grants.push({ verb, path: path('*'), pattern: rule.pattern })
      } else if (rule.owner.includes(verb)) {
        grants.push({ verb, path: path(openid), pattern: rule.pattern })
      }
    }
  }
  return grants
}

/** The caller's own folder: the first path with their OPENID that they may write to, or read. */
export function homeOf(rules: Rule[], openid: string): string {
  const own = grantsOf(rules, openid).filter(({ path }) => path.split('/').includes(openid))
  return (own.find(({ verb }) => verb === 'write') ?? own[0])?.path ?? ''
}

/** Whether a key lies below a granted path; `*` is exactly one segment here. */
export function covers(grant: Grant, key: string): boolean {
  const wanted = grant.path.split('/').slice(0, -1)
  const given = key.split('/')
  return (
    given.length > wanted.length &&
    wanted.every((segment, i) => (segment === '*' ? given[i] !== '' : segment === given[i]))
  )
}
