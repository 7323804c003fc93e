import { operations } from '@miniprogram-cos/protocol'
import {
  type AccessRules,
  type CosConfig,
  checkConfig,
  compilePolicy,
  grantsForFolderKey,
  grantsOf,
  readRules,
  VERBS,
  type Verb,
} from '@miniprogram-cos/server'
import fc from 'fast-check'
import { evaluatePolicy } from '../../packages/local-cloud/src/cos/evaluatePolicy'
import { parsePolicy } from '../../packages/local-cloud/src/cos/parsePolicy'
import { keyReason } from '../../packages/server/src/objectKey'
import { authorizeRequest } from '../../packages/server/src/signature/authorize'
import { readRequest } from '../../packages/server/src/signature/request'

/**
 * A second, independent implementation of the rules: patterns as regular expressions, verbs as lists of actions from
 * COS's documents.
 */
const ACTIONS: Record<string, Verb> = {
  GetObject: 'read',
  HeadObject: 'read',
  PutObject: 'write',
  PostObject: 'write',
  InitiateMultipartUpload: 'write',
  UploadPart: 'write',
  ListParts: 'write',
  CompleteMultipartUpload: 'write',
  AbortMultipartUpload: 'write',
  DeleteObject: 'delete',
  GetBucket: 'list',
  ListMultipartUploads: 'list',
}
/** Actions whose requests contain an object, and those with headers that describe one. */
const BRINGS_CONTENT = ['PutObject', 'PostObject']
const DESCRIBES_CONTENT = [...BRINGS_CONTENT, 'InitiateMultipartUpload']

interface Request {
  action: string
  key: string
  type: string | undefined
  length: number | undefined
  acl: string | undefined
  /** `x-cos-grant-read` */
  grantRead: string | undefined
  /** `response-content-type` */
  override: string | undefined
}

interface Caller {
  openid: string
  groups: string[]
}

function mayByRules(access: AccessRules, caller: Caller, request: Request): boolean {
  const verb = Object.hasOwn(ACTIONS, request.action) ? ACTIONS[request.action] : undefined
  if (!verb) return false
  return Object.entries(access).some(([pattern, rule]) => {
    if (rule.types && request.action === 'GetObject' && isOverridden(request)) return false
    const below = (who: string) =>
      new RegExp(`^${pattern.slice(0, -2).replace(/[.]/g, '\\.').replace('{openid}', who)}`, 's')
    const isInOwnFolder = below(caller.openid).test(request.key)
    // An owner who may write can list own uploads, within the same limits.
    const isOwnUploads =
      request.action === 'ListMultipartUploads' &&
      isInOwnFolder &&
      rule.owner?.includes('write') &&
      rule.overwrite !== false &&
      rule.names !== 'server' &&
      rule.maxSize === undefined
    if (isOwnUploads) return true
    const isOwn = rule.owner?.includes(verb) && isInOwnFolder
    const isForOthers =
      rule.everyone?.includes(verb) ||
      caller.groups.some((one) => rule.groups?.[one]?.includes(verb))
    if (!isOwn && !(isForOthers && below('[^/]*').test(request.key))) return false
    if (verb !== 'write') return true
    // No policy can express these, so no key may write there.
    if (rule.overwrite === false || rule.names === 'server') return false
    return keepsLimits(rule, request)
  })
}

/** Reading an object as a type that browsers save is harmless. */
function isOverridden({ override }: Request): boolean {
  return override !== undefined && override !== 'application/octet-stream'
}

function keepsLimits(rule: AccessRules[`${string}/**`], request: Request): boolean {
  const { action, type, length, acl, grantRead } = request
  if (rule.maxSize !== undefined) {
    if (!BRINGS_CONTENT.includes(action)) return false
    if (length === undefined || length > Number(rule.maxSize)) return false
  }
  if (!DESCRIBES_CONTENT.includes(action)) return true
  if (acl !== undefined && acl !== 'private' && acl !== 'default') return false
  if (grantRead !== undefined) return false
  if (!rule.types) return true
  return (
    type !== undefined &&
    rule.types.some(
      (one) =>
        type === one ||
        (one.endsWith('/*') && type.startsWith(one.slice(0, -1)) && !type.includes(',')),
    )
  )
}

const OPENIDS = ['oA', 'oAB', 'oB', 'oAlice0123456789-_abcdefghij', 'x.y', 'a']
const FOLDERS = ['a', 'b', 'ab', 'private', 'x.y', 'oA', 'A']
const GROUPS = ['editors', 'admins']

const verbs = fc.subarray([...VERBS])
const pattern = fc
  .tuple(fc.array(fc.constantFrom(...FOLDERS), { minLength: 1, maxLength: 2 }), fc.nat(3))
  .map(([folders, at]) => {
    const segments = at < 3 ? [...folders.slice(0, at), '{openid}', ...folders.slice(at)] : folders
    return `${segments.join('/')}/**` as const
  })
/** Mostly absent: each limit alone refuses most requests. */
const rarely = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 3, nil: undefined })
const limits = fc.oneof(
  { weight: 2, arbitrary: fc.constant({}) },
  {
    weight: 1,
    arbitrary: fc.record({
      maxSize: rarely(fc.constantFrom(100, 5000)),
      types: rarely(
        fc.subarray(['image/*', 'image/png', 'video/mp4', 'text/plain'], { minLength: 1 }),
      ),
      overwrite: fc.constantFrom(undefined, undefined, undefined, false as const),
      names: fc.constantFrom(undefined, undefined, undefined, 'server' as const),
    }),
  },
)
const rule = fc
  .tuple(
    fc.record({
      owner: verbs,
      everyone: fc.oneof(fc.constant([]), verbs),
      groups: fc.record({ editors: verbs, admins: verbs }, { requiredKeys: [] }),
    }),
    limits,
  )
  .map(([who, what]) => ({ ...who, ...what }))

/** Valid rules: those that the reader refuses are dropped. */
const access = fc
  .array(fc.tuple(pattern, rule), { minLength: 1, maxLength: 3 })
  .map((entries) => Object.fromEntries(entries) as AccessRules)
  .map((declared) => {
    // Rule by rule, so that few candidates are lost.
    const valid: Record<string, object> = {}
    for (const [path, one] of Object.entries(declared)) {
      try {
        readRules({ ...valid, [path]: one } as AccessRules, GROUPS)
        valid[path] = one
      } catch {}
    }
    return valid as AccessRules
  })
  .filter((declared) => Object.keys(declared).length > 0)

const openid = fc.constantFrom(...OPENIDS)
const caller = fc.record({ openid, groups: fc.subarray(GROUPS) })

/** All actions of the operation table, granted ones more often. */
const action = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...Object.keys(ACTIONS)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      ...new Set(
        Object.values(operations).flatMap(({ access: needed }) =>
          (needed as readonly { action: string }[]).map((one) => one.action),
        ),
      ),
    ),
  },
)

const segment = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...FOLDERS, ...OPENIDS) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '.',
      '..',
      '*',
      '{openid}',
      '**',
      'a b',
      '目录',
      'é',
      '__proto__',
      '\n',
    ),
  },
)
const anyKey = fc.array(segment, { minLength: 0, maxLength: 5 }).map((parts) => parts.join('/'))

const request = (declared: AccessRules, who: Caller) =>
  fc.record({
    action,
    // Half of the keys begin like a rule's path.
    key: fc.oneof(
      anyKey,
      fc
        .tuple(
          fc.constantFrom(...Object.keys(declared)),
          fc.constantFrom(who.openid, ...OPENIDS),
          anyKey,
        )
        .map(([path, id, rest]) => path.slice(0, -2).replace('{openid}', id) + rest),
    ),
    type: fc.constantFrom(
      undefined,
      'image/png',
      'image/jpeg',
      'image/',
      'video/mp4',
      'text/html',
      'IMAGE/PNG',
      'image/png,text/html',
    ),
    length: fc.constantFrom(undefined, 0, 1, 2, 100, 101, 5000, 6000),
    acl: fc.constantFrom(undefined, undefined, 'private', 'default', 'public-read', ''),
    grantRead: fc.constantFrom(undefined, undefined, undefined, undefined, 'id="1"', ''),
    override: fc.constantFrom(
      undefined,
      undefined,
      undefined,
      'text/html',
      'none',
      'application/octet-stream',
    ),
  })

/** Five requests for each set of rules and caller: generating rules is the slow part. */
const PER_RULES = 5
const triples = fc
  .tuple(access, caller)
  .chain(([declared, who]) =>
    fc
      .array(request(declared, who), { minLength: PER_RULES, maxLength: PER_RULES })
      .map((requests) => ({ declared, who, requests })),
  )

const PLACE = { bucket: 'media-1250000000', region: 'ap-guangzhou' }

/** The policy of the caller's key as STS reads it; undefined if no key is issued. */
function policyOf(declared: AccessRules, who: Caller) {
  const grants = grantsForFolderKey(grantsOf(readRules(declared, GROUPS), who))
  const policy = compilePolicy(grants, PLACE)
  return policy.statement.length > 0 ? parsePolicy(JSON.stringify(policy)) : undefined
}

function mayByPolicy(policy: ReturnType<typeof policyOf>, asked: Request): boolean {
  if (!policy) return false
  return evaluatePolicy(policy, {
    action: asked.action,
    region: PLACE.region,
    appid: '1250000000',
    bucket: PLACE.bucket,
    path: asked.key,
    context: {
      'cos:content-type': asked.type,
      'cos:content-length': asked.length?.toString(),
      'cos:x-cos-acl': asked.acl,
      'cos:x-cos-grant-read': asked.grantRead,
      'cos:response-content-type': asked.override,
    },
  }).allowed
}

test('compiled policies allow exactly what the rules allow, for 10,000 random rules, callers and requests', () => {
  const allowed = new Map<string, number>()
  fc.assert(
    fc.property(triples, ({ declared, who, requests }) => {
      const policy = policyOf(declared, who)
      for (const asked of requests) {
        const expected = mayByRules(declared, who, asked)
        if (expected) allowed.set(asked.action, (allowed.get(asked.action) ?? 0) + 1)
        expect([asked, mayByPolicy(policy, asked)]).toEqual([asked, expected])
      }
    }),
    { numRuns: 10_000 / PER_RULES },
  )
  // Refusals alone would prove nothing.
  for (const one of Object.keys(ACTIONS)) {
    expect([one, (allowed.get(one) ?? 0) > 20]).toEqual([one, true])
  }
})

/** The method of each action that cos-signature signs here. */
const METHODS: Record<string, string> = {
  GetObject: 'GET',
  HeadObject: 'HEAD',
  PutObject: 'PUT',
  DeleteObject: 'DELETE',
  GetBucket: 'GET',
}

test('cos-signature signs exactly what the rules allow, with a key that permits it', () => {
  let signed = 0
  fc.assert(
    fc.property(triples, ({ declared, who, requests }) => {
      // Limits are tested above and in their own tests.
      const unlimited = Object.fromEntries(
        Object.entries(declared).map(([path, { owner, everyone, groups }]) => [
          path,
          { owner, everyone, groups },
        ]),
      ) as AccessRules
      const config = checkConfig({
        ...PLACE,
        env: 'e',
        groups: { editors: [], admins: [] },
        access: unlimited,
      } as CosConfig)
      const grants = grantsOf(config.rules, who)
      for (const { key, action } of requests) {
        const method = Object.hasOwn(METHODS, action) ? METHODS[action] : undefined
        if (!method) continue
        const isList = action === 'GetBucket'
        const event = isList
          ? { Method: method, Query: { prefix: key } }
          : { Method: method, Key: key }
        const asked: Request = {
          action,
          key,
          type: undefined,
          length: 1,
          acl: undefined,
          grantRead: undefined,
          override: undefined,
        }
        const isKeyFit = keyReason(key, 'request') === undefined
        const expected = isKeyFit && mayByRules(unlimited, who, asked)
        let used: ReturnType<typeof grantsOf> | undefined
        try {
          used = authorizeRequest(readRequest(event, PLACE), { grants }, config, () => false).grants
        } catch {}
        expect([action, key, used !== undefined]).toEqual([action, key, expected])
        if (!used) continue
        signed++
        const policy = parsePolicy(JSON.stringify(compilePolicy(used, PLACE)))
        expect(mayByPolicy(policy, asked)).toBe(true)
        expect(mayByPolicy(policy, { ...asked, action: `${action}ACL` })).toBe(false)
      }
    }),
    { numRuns: 600 },
  )
  expect(signed).toBeGreaterThan(30)
})
