/** What a rule can allow. */
export const VERBS = ['read', 'write', 'delete', 'list'] as const
export type Verb = (typeof VERBS)[number]

/** Who may do what below one path. */
export interface AccessRule {
  /** The user whose OPENID stands in the path. */
  owner?: Verb[]
  /** Any signed-in user of the mini program. */
  everyone?: Verb[]
}

/** Path patterns like `private/{openid}/**` and their rules. */
export type AccessRules = Record<string, AccessRule>

/** A rule whose pattern has been read. */
export interface Rule {
  pattern: string
  /** The pattern without its `/**`. */
  segments: string[]
  owner: Verb[]
  everyone: Verb[]
}

export const OPENID = '{openid}'

/**
 * Reads and checks access rules.
 * @throws Error that names the rule: patterns that end otherwise than in `/**`, `{openid}` as part of a
 * segment, `owner` without `{openid}`, unknown verbs, and two patterns that could match one key
 */
export function readRules(access: AccessRules): Rule[] {
  const entries = Object.entries(access ?? {})
  if (entries.length === 0)
    throw new Error('cos.config.ts: access has no rule, so nobody could do anything')
  const rules = entries.map(([pattern, rule]) => readRule(pattern, rule))
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

function readRule(pattern: string, rule: AccessRule): Rule {
  const fail = (why: string): never => {
    throw new Error(`cos.config.ts: access["${pattern}"] ${why}`)
  }
  if (!pattern.endsWith('/**')) fail('must end in "/**"')
  const segments = pattern.slice(0, -'/**'.length).split('/')
  for (const segment of segments) {
    if (segment === OPENID) continue
    if (segment === '') fail('has an empty segment, or starts with a slash')
    if (segment.includes('{') || segment.includes('}')) {
      fail(`has "${segment}": {openid} must be a whole segment, and there is no other placeholder`)
    }
    if (!/^[A-Za-z0-9_.-]+$/.test(segment) || /^\.+$/.test(segment)) {
      fail(`has "${segment}": only letters, digits, "_", "-" and "." may be used`)
    }
  }
  if (segments.filter((segment) => segment === OPENID).length > 1) fail('has {openid} twice')
  const unknown = Object.keys(rule).find((who) => who !== 'owner' && who !== 'everyone')
  if (unknown) fail(`has "${unknown}": only owner and everyone are known`)
  const owner = readVerbs(rule.owner, 'owner', fail)
  const everyone = readVerbs(rule.everyone, 'everyone', fail)
  if (owner.length > 0 && !segments.includes(OPENID)) {
    fail('has an owner, but no {openid} segment says whose it is')
  }
  if (owner.length + everyone.length === 0) fail('allows nothing')
  if (everyone.length > 0 && segments.slice(0, -1).includes(OPENID)) {
    // The policy's `*` spans slashes: `u/*/pub/*` would open `u/x/secret/pub/y` too.
    fail('gives everyone a folder below {openid}: {openid} must be the last segment before "/**"')
  }
  return { pattern, segments, owner, everyone }
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
