import type { Verb } from '@miniprogram-cos/protocol'
import type { BeforeUpload, OnDelete, OnUpload } from './services/hooks'

/** The permissions that a rule can grant. */
export const VERBS: readonly Verb[] = ['read', 'write', 'delete', 'list']

export function isVerb(value: unknown): value is Verb {
  return VERBS.some((verb) => verb === value)
}

/** A number of bytes, or text like `'20 MB'`; a KB is 1024 bytes. */
export type Size = number | `${number} ${'B' | 'KB' | 'MB' | 'GB'}`

/** Who may do what below one path, and what they may upload there. Whatever it does not allow is refused. */
export interface AccessRule<Group extends string = string> {
  /** The user whose OPENID is in the path. */
  owner?: readonly Verb[]
  /** Any signed-in user of the mini program, in every user's folder. */
  everyone?: readonly Verb[]
  /** Members of the config's `groups`, in every user's folder. */
  groups?: { readonly [Name in Group]?: readonly Verb[] }
  /**
   * Largest object, at most 5 GB. COS can check it only for uploads in one request, so such a folder accepts no
   * multipart uploads: set the client's `SliceSize` to the same value. @default no limit
   */
  maxSize?: Size
  /** Content types that may be uploaded: `'image/*'`, `'video/mp4'`. @default any */
  types?: readonly `${string}/${string}`[]
  /**
   * `false`: an existing object is not replaced. A key's policy cannot express that, so uploads need the function
   * cos-signature. For buckets without versioning. @default true
   */
  overwrite?: false
  /** `'server'`: the functions choose the names of new objects. @default the app chooses */
  names?: 'server'
  /**
   * The size limit of one user's folder. Uploads there are permitted one object at a time, in one request of known
   * size: they need cos-signature or a key for one object, and a file has at most 5 GB. @default no limit
   */
  quota?: Size
  /** How many objects one user's folder may contain; otherwise as `quota`. @default no limit */
  maxFiles?: number
  /**
   * For how long deleted objects can be restored. No key and no signature deletes there: the functions move the
   * object into the trash, and a lifecycle rule that `deploy` sets empties it. What the trash contains counts towards
   * `quota` and `maxFiles`. Replacing an object is no deletion: see `overwrite`. @default deleted permanently
   */
  trash?: `${number} days`
  /**
   * Readers of a video may also get snapshots of it from COS: media processing (`ci-process=snapshot`), which must be
   * enabled for the bucket, and is billed. The functions' sub-account needs `ci:GenerateSnapshot` as well: attach the
   * policy that `policy` prints again. @default no snapshots
   */
  videoCovers?: true
  /**
   * Decides whether one upload may begin: runs when its signature, form, or key for this one object is requested.
   * Keys for a whole folder do not permit uploads there.
   */
  beforeUpload?: BeforeUpload
  /**
   * Runs at least once for each object that is uploaded: when the client confirms the upload, or in `reconcile`.
   * Never twice at a time for one key, and last for the object that is in the bucket.
   */
  onUpload?: OnUpload
  /** Runs in `reconcile` for an object for which `onUpload` ran and that is no longer in the bucket. */
  onDelete?: OnDelete
}

/** Path patterns like `private/{openid}/**` and their rules. */
export type AccessRules<Group extends string = string> = {
  readonly [path: `${string}/**`]: AccessRule<Group>
}

/** Stands for the caller's OPENID: a whole segment of a path. */
export const OPENID = '{openid}'

/** A rule that has been read and checked. */
export interface Rule {
  pattern: string
  /** The pattern without its `/**`. */
  segments: string[]
  owner: Verb[]
  everyone: Verb[]
  groups: Record<string, Verb[]>
  maxBytes?: number | undefined
  types?: string[] | undefined
  overwrite: boolean
  names: 'app' | 'server'
  /** Bytes. */
  quota?: number | undefined
  maxFiles?: number | undefined
  trashDays?: number | undefined
  videoCovers?: true | undefined
  beforeUpload?: BeforeUpload | undefined
  onUpload?: OnUpload | undefined
  onDelete?: OnDelete | undefined
}

const HOOKS = ['beforeUpload', 'onUpload', 'onDelete'] as const
const LIMITS = ['maxSize', 'types', 'overwrite', 'names', 'quota', 'maxFiles']
const FIELDS = ['owner', 'everyone', 'groups', ...LIMITS, 'trash', 'videoCovers', ...HOOKS]

/** Throws an error that names the rule. */
type Fail = (problem: string) => never

/**
 * Reads and checks access rules.
 * @param groups names of the groups that exist
 * @throws Error that names the rule: patterns that do not end in `/**`, `{openid}` as part of a segment, `owner`
 * without `{openid}`, unknown verbs, groups and fields, and two patterns that could match one key
 */
export function readRules(access: AccessRules, groups: readonly string[] = []): Rule[] {
  const entries = Object.entries(access ?? {})
  if (entries.length === 0)
    throw new Error('cos.config.ts: access has no rules, so every request would be refused')
  const rules = entries.map(([pattern, rule]) => readRule(pattern, rule, groups))
  for (const [i, rule] of rules.entries()) {
    const other = rules.slice(0, i).find((earlier) => canOverlap(earlier.segments, rule.segments))
    if (other) {
      throw new Error(
        `cos.config.ts: access["${rule.pattern}"] overlaps access["${other.pattern}"]: one key could match both`,
      )
    }
  }
  checkTrash(rules)
  return rules
}

function readRule(pattern: string, given: AccessRule, known: readonly string[]): Rule {
  const fail: Fail = (problem) => {
    throw new Error(`cos.config.ts: access["${pattern}"] ${problem}`)
  }
  const segments = readPattern(pattern, fail)
  if (typeof given !== 'object' || given === null) return fail('is not a rule')
  const unknown = Object.keys(given).find((field) => !FIELDS.includes(field))
  if (unknown) fail(`has "${unknown}": a rule may have ${FIELDS.join(', ')}`)
  const { overwrite, names, maxFiles, videoCovers, beforeUpload, onUpload, onDelete } = given
  if (![undefined, true, false].includes(overwrite))
    fail('has overwrite, which must be true or false')
  if (names !== undefined && names !== 'server') fail('has names: the only value is "server"')
  if (maxFiles !== undefined && !(Number.isInteger(maxFiles) && maxFiles >= 1)) {
    fail('has maxFiles, which must be a whole number from 1')
  }
  if (![undefined, true].includes(videoCovers)) fail('has videoCovers: the only value is true')
  for (const name of HOOKS) {
    if (!['undefined', 'function'].includes(typeof given[name])) {
      fail(`has ${name}, which must be a function`)
    }
  }
  const rule: Rule = {
    pattern,
    segments,
    owner: readVerbs(given.owner, 'owner', fail),
    everyone: readVerbs(given.everyone, 'everyone', fail),
    groups: readGroups(given.groups, known, fail),
    maxBytes: readSize('maxSize', given.maxSize, MAX_REQUEST_BYTES, fail),
    types: readTypes(given.types, fail),
    overwrite: overwrite !== false,
    names: names ?? 'app',
    quota: readSize('quota', given.quota, MAX_QUOTA, fail),
    maxFiles,
    trashDays: readTrashDays(given.trash, fail),
    videoCovers,
    beforeUpload,
    onUpload,
    onDelete,
  }
  if (hasQuota(rule)) {
    // An upload of known size is one request; without a maxSize it may fill the quota.
    rule.maxBytes ??= Math.min(rule.quota ?? MAX_REQUEST_BYTES, MAX_REQUEST_BYTES)
  }
  checkCombination(rule, fail)
  return rule
}

function readPattern(pattern: string, fail: Fail): string[] {
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

function readVerbs(value: unknown, who: string, fail: Fail): Verb[] {
  if (value === undefined) return []
  if (!Array.isArray(value)) return fail(`has ${who}, which must be a list of verbs`)
  const verbs = new Set<Verb>()
  for (const verb of value) {
    if (!isVerb(verb)) {
      return fail(`has ${who} with "${String(verb)}"; the verbs are ${VERBS.join(', ')}`)
    }
    verbs.add(verb)
  }
  return [...verbs]
}

function readGroups(value: unknown, known: readonly string[], fail: Fail): Rule['groups'] {
  if (value !== undefined && (typeof value !== 'object' || value === null || Array.isArray(value)))
    return fail('has groups, which must be an object of name: verbs')
  const groups: Rule['groups'] = Object.create(null)
  for (const [name, verbs] of Object.entries(value ?? {})) {
    if (!known.includes(name)) fail(`has the group "${name}", which config.groups does not list`)
    groups[name] = readVerbs(verbs, `groups.${name}`, fail)
  }
  return groups
}

/** The largest object COS accepts in one request, also in a form (documents 436/7749, 436/14690). */
export const MAX_REQUEST_BYTES = 5 * 1024 ** 3
/** More than any bucket holds, and exact as a number. */
const MAX_QUOTA = 1024 ** 5
const UNITS: Record<string, number> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 }

/** Bytes of a size. Not a number if it is none. */
export function bytesOf(size: Size): number {
  const [, number, unit = 'B'] = /^(\d+(?:\.\d+)?) ?(B|KB|MB|GB)?$/.exec(String(size)) ?? []
  return Math.floor(Number(number) * (UNITS[unit] ?? Number.NaN))
}

function readSize(
  field: string,
  value: Size | undefined,
  max: number,
  fail: Fail,
): number | undefined {
  if (value === undefined) return undefined
  const bytes = bytesOf(value)
  if (bytes >= 1 && bytes <= max) return bytes
  const most = `${max / 1024 ** 3} GB`
  return fail(`has ${field} ${JSON.stringify(value)}: expected bytes or "20 MB", up to ${most}`)
}

/** Ten years. */
const MAX_TRASH_DAYS = 3650

function readTrashDays(trash: AccessRule['trash'], fail: Fail): number | undefined {
  if (trash === undefined) return undefined
  const [, days] = /^(\d{1,4}) days$/.exec(String(trash)) ?? []
  const trashDays = Number(days)
  if (trashDays >= 1 && trashDays <= MAX_TRASH_DAYS) return trashDays
  return fail(`has trash ${JSON.stringify(trash)}: expected "1 days" to "${MAX_TRASH_DAYS} days"`)
}

/** `*` is allowed at the end only: `string_like` of COS knows it at the two ends (document 436/71306). */
function readTypes(value: unknown, fail: Fail): string[] | undefined {
  if (value === undefined) return undefined
  if (!Array.isArray(value) || value.length === 0) return fail('has types, which must be a list')
  const types = new Set<string>()
  for (const type of value) {
    if (typeof type !== 'string' || !/^[a-z]+\/(\*|[a-z0-9][a-z0-9.+-]*)$/.test(type)) {
      return fail(`has the type ${JSON.stringify(type)}: expected "image/*" or "video/mp4"`)
    }
    types.add(type)
  }
  return [...types]
}

/** Checks what fields may say only in combination with others. */
function checkCombination(rule: Rule, fail: Fail): void {
  const { segments, owner } = rule
  const others = [rule.everyone, ...Object.values(rule.groups)].flat()
  const verbs = [...owner, ...others]
  const at = segments.indexOf(OPENID)
  if (verbs.length === 0) fail('allows nothing')
  if (rule.onDelete && !rule.onUpload) fail('has onDelete, which needs an onUpload')
  if (owner.length > 0 && at < 0) {
    fail('grants verbs to owner, but its path has no {openid}')
  }
  if (others.length > 0 && at === 0) {
    fail('grants others access to every folder of the bucket: put a folder before {openid}')
  }
  if (others.length > 0 && at >= 0 && at < segments.length - 1) {
    // The policy's `*` spans slashes: `u/*/pub/*` would also match `u/x/secret/pub/y`.
    fail(
      'grants others access to a folder below {openid}: {openid} must be the last segment before "/**"',
    )
  }
  if (limitsUploads(rule) && !verbs.includes('write'))
    fail('limits writing, but grants write to nobody')
  if (hasQuota(rule) && at < 0) fail('has quota or maxFiles, but its path has no {openid}')
  if (rule.trashDays !== undefined && !verbs.includes('delete'))
    fail('has a trash, but grants delete to nobody')
  if (rule.videoCovers && !verbs.includes('read'))
    fail('has videoCovers, but grants read to nobody')
  if (rule.onUpload && !verbs.includes('write')) fail('has hooks, but grants write to nobody')
}

/** The owner, everyone, or a group. */
interface Grantee {
  /** `owner`, `everyone`, or the name of a group. */
  name: string
  verbs: Verb[]
  /** The rule with other verbs for them. */
  withVerbs: (verbs: Verb[]) => Rule
}

/** @param groups names of groups. @default those that the rule names */
export function granteesOf(rule: Rule, groups = Object.keys(rule.groups)): Grantee[] {
  return [
    { name: 'owner', verbs: rule.owner, withVerbs: (owner) => ({ ...rule, owner }) },
    { name: 'everyone', verbs: rule.everyone, withVerbs: (everyone) => ({ ...rule, everyone }) },
    ...groups.map((name) => ({
      name,
      verbs: rule.groups[name] ?? [],
      withVerbs: (verbs: Verb[]) => ({ ...rule, groups: { ...rule.groups, [name]: verbs } }),
    })),
  ]
}

/** Whether a rule restricts uploads: by size, type, name, overwriting or beforeUpload. */
export function limitsUploads(rule: Rule): boolean {
  const { maxBytes, types, overwrite, names, beforeUpload } = rule
  return (
    maxBytes !== undefined ||
    types !== undefined ||
    !overwrite ||
    names === 'server' ||
    beforeUpload !== undefined
  )
}

/** Whether a rule limits what a whole folder contains. */
export function hasQuota({ quota, maxFiles }: Rule): boolean {
  return quota !== undefined || maxFiles !== undefined
}

/** Whether some key could match both patterns: one is a prefix of the other, `{openid}` being any segment. */
function canOverlap(a: string[], b: string[]): boolean {
  return a.slice(0, b.length).every((x, i) => x === b[i] || x === OPENID || b[i] === OPENID)
}

/** The part of a rule's path that all its folders have in common, with its last slash. */
export function listPrefix({ segments }: Pick<Rule, 'segments'>): string {
  const at = segments.indexOf(OPENID)
  const fixed = at < 0 ? segments : segments.slice(0, at)
  return fixed.map((segment) => `${segment}/`).join('')
}

/** The OPENID of the folder that contains a key; empty if its rule has no `{openid}`. */
export function ownerOf({ segments }: Pick<Rule, 'segments'>, key: string): string {
  const at = segments.indexOf(OPENID)
  return at < 0 ? '' : (key.split('/')[at] ?? '')
}

/** Where deleted objects are kept. No rule covers it, so no key and no signature of a caller reaches it. */
export const TRASH = '.trash/'

/** @throws Error where a rule covers the trash, or one lifecycle rule would have to empty it at two times */
function checkTrash(rules: Rule[]): void {
  const withTrash = rules.filter(({ trashDays }) => trashDays !== undefined)
  const covering = rules.find(({ segments }) => `${segments[0]}/` === TRASH)
  if (covering && withTrash.length > 0) {
    throw new Error(`cos.config.ts: access["${covering.pattern}"] covers the trash, ${TRASH}`)
  }
  for (const rule of withTrash) {
    const other = withTrash.find(
      (outer) =>
        listPrefix(rule).startsWith(listPrefix(outer)) && outer.trashDays !== rule.trashDays,
    )
    if (!other) continue
    throw new Error(
      `cos.config.ts: access["${rule.pattern}"] and access["${other.pattern}"] share a folder in the trash: give both the same number of days`,
    )
  }
}
