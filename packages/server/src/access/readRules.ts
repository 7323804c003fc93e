import {
  type AccessRule,
  type AccessRules,
  OPENID,
  type Rule,
  VERBS,
  type Verb,
} from './accessRule'
import { readLimits } from './readLimits'

const KNOWN = ['owner', 'everyone', 'groups', 'maxSize', 'types', 'overwrite', 'names']

/**
 * Reads and checks access rules.
 * @param groups names of the groups that exist
 * @throws Error that names the rule: patterns that end otherwise than in `/**`, `{openid}` as part of a
 * segment, `owner` without `{openid}`, unknown verbs, groups and fields, and two patterns that could
 * match one key
 */
export function readRules(access: AccessRules, groups: readonly string[] = []): Rule[] {
  const entries = Object.entries(access ?? {})
  if (entries.length === 0)
    throw new Error('cos.config.ts: access has no rule, so nobody could do anything')
  const rules = entries.map(([pattern, rule]) => readRule(pattern, rule, groups))
  for (const [i, rule] of rules.entries()) {
    const other = rules.slice(0, i).find((earlier) => canOverlap(earlier.segments, rule.segments))
    if (other) {
      throw new Error(
        `cos.config.ts: access["${rule.pattern}"] overlaps access["${other.pattern}"]: one key could match both`,
      )
    }
  }
  return rules
}

function readRule(pattern: string, given: AccessRule, known: readonly string[]): Rule {
  const fail = (why: string): never => {
    throw new Error(`cos.config.ts: access["${pattern}"] ${why}`)
  }
  const segments = readPattern(pattern, fail)
  if (typeof given !== 'object' || given === null) return fail('is no rule')
  const unknown = Object.keys(given).find((field) => !KNOWN.includes(field))
  if (unknown) fail(`has "${unknown}": a rule may have ${KNOWN.join(', ')}`)
  const rule: Rule = {
    pattern,
    segments,
    owner: readVerbs(given.owner, 'owner', fail),
    everyone: readVerbs(given.everyone, 'everyone', fail),
    groups: readGroups(given.groups, known, fail),
    ...readLimits(given, fail),
  }
  checkMeaning(rule, fail)
  return rule
}

function readPattern(pattern: string, fail: (why: string) => never): string[] {
  if (!pattern.endsWith('/**')) fail('must end in "/**"')
  const segments = pattern.slice(0, -'/**'.length).split('/')
  for (const segment of segments) {
    if (segment === OPENID) continue
    if (segment === '') fail('has an empty segment, or starts with a slash')
    if (segment.includes('{') || segment.includes('}')) {
      fail(`has "${segment}": {openid} must be a whole segment, and there is no other placeholder`)
    }
    if (!/^[A-Za-z0-9_.-]+$/.test(segment) || /^\.+$|\.$/.test(segment)) {
      fail(`has "${segment}": only letters, digits, "_", "-" and "." may be used`)
    }
  }
  if (segments.filter((segment) => segment === OPENID).length > 1) fail('has {openid} twice')
  return segments
}

/** What each field may say only together with others. */
function checkMeaning(rule: Rule, fail: (why: string) => never): void {
  const { segments, owner } = rule
  const others = [rule.everyone, ...Object.values(rule.groups)].flat()
  const verbs = [...owner, ...others]
  const at = segments.indexOf(OPENID)
  if (verbs.length === 0) fail('allows nothing')
  if (owner.length > 0 && at < 0) {
    fail('has an owner, but no {openid} segment says whose it is')
  }
  if (others.length > 0 && at === 0) {
    fail('gives others every folder of the bucket: put a folder before {openid}')
  }
  if (others.length > 0 && at >= 0 && at < segments.length - 1) {
    // The policy's `*` spans slashes: `u/*/pub/*` would open `u/x/secret/pub/y` too.
    fail('gives others a folder below {openid}: {openid} must be the last segment before "/**"')
  }
  const isLimited =
    rule.maxBytes !== undefined || rule.types || !rule.overwrite || rule.names === 'server'
  if (isLimited && !verbs.includes('write')) fail('limits writing, but lets nobody write')
}

function readGroups(
  value: AccessRule['groups'],
  known: readonly string[],
  fail: (why: string) => never,
): Rule['groups'] {
  if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value)))
    return fail('has groups, which must be an object of name: verbs')
  const groups: Rule['groups'] = Object.create(null)
  for (const [name, verbs] of Object.entries(value ?? {})) {
    if (!known.includes(name)) fail(`has the group "${name}", which config.groups does not list`)
    groups[name] = readVerbs(verbs, `groups.${name}`, fail)
  }
  return groups
}

function readVerbs(value: unknown, who: string, fail: (why: string) => never): Verb[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) return fail(`: ${who} must be a list of verbs`)
  for (const verb of value) {
    if (!VERBS.includes(verb as Verb)) {
      return fail(`: ${who} has "${String(verb)}"; the verbs are ${VERBS.join(', ')}`)
    }
  }
  return [...new Set(value as Verb[])]
}

/** Whether some key could lie below both paths: one is the beginning of the other, wildcards allowed. */
function canOverlap(a: string[], b: string[]): boolean {
  const shared = Math.min(a.length, b.length)
  for (let i = 0; i < shared; i++) {
    const [x, y] = [a[i], b[i]]
    if (x !== y && x !== OPENID && y !== OPENID) return false
  }
  return true
}
