import { type CosConfig, type RuleTests, testRules } from '@miniprogram-cos/server'
import { BUCKET, REGION } from '../support/testCloud'

const EDITOR = 'oEditor0123456789-_abcdefghi'
const ALL = ['read', 'write', 'delete', 'list'] as const

const CONFIG = {
  env: 'test',
  bucket: BUCKET,
  region: REGION,
  groups: { editors: [EDITOR] },
  access: {
    'private/{openid}/**': { owner: [...ALL], quota: '500 MB', maxFiles: 100, trash: '9 days' },
    'avatars/{openid}/**': {
      owner: ['write'],
      everyone: ['read'],
      maxSize: '2 MB',
      types: ['image/png', 'image/jpeg'],
    },
    'inbox/{openid}/**': { everyone: ['write'], owner: ['read'], names: 'server' },
    'records/{openid}/**': { owner: ['read', 'write'], overwrite: false },
    'news/**': { everyone: ['read'], groups: { editors: [...ALL] } },
  },
} satisfies CosConfig

/** One expectation for each thing that could go wrong. */
const EXPECTATIONS: Record<string, (rules: RuleTests) => void> = {
  'owners use their private files': ({ expect, owner }) => {
    for (const verb of ALL) expect(owner('o1')).can(verb, 'private/o1/a.png')
  },
  'nobody else reads them': ({ expect, everyone }) =>
    expect(everyone()).cannot('read', 'private/o1/a.png'),
  'nobody else writes them': ({ expect, everyone }) =>
    expect(everyone()).cannot('write', 'private/o1/a.png'),
  'nobody else deletes them': ({ expect, everyone }) =>
    expect(everyone()).cannot('delete', 'private/o1/a.png'),
  'nobody else lists them': ({ expect, everyone }) =>
    expect(everyone()).cannot('list', 'private/o1/'),
  'editors have no access to them': ({ expect, member }) => {
    for (const verb of ALL) expect(member('editors')).cannot(verb, 'private/o1/a.png')
  },
  'private files have a quota': ({ expect, owner }) => {
    const file = { size: '1 MB', used: '500 MB' } as const
    expect(owner('o1')).cannot('write', 'private/o1/a.png', file)
  },
  'there are at most 100 private files': ({ expect, owner }) =>
    expect(owner('o1')).cannot('write', 'private/o1/a.png', { files: 100 }),
  'private files are deleted into the trash': ({ expect, owner, explain }) => {
    expect(owner('o1')).cannot('delete', 'private/o1/a.png', { permanently: true })
    if (explain(owner('o1'), 'delete', 'private/o1/a.png').trashDays !== 9) throw new Error('days')
  },
  'owners write an avatar of 2 MB': ({ expect, owner }) => {
    for (const type of ['image/png', 'image/jpeg']) {
      expect(owner('o1')).can('write', 'avatars/o1/me', { size: '2 MB', type })
    }
  },
  'an avatar has at most 2 MB': ({ expect, owner }) => {
    const file = { size: 2 * 1024 ** 2 + 1, type: 'image/png' }
    expect(owner('o1')).cannot('write', 'avatars/o1/me', file)
  },
  'an avatar is a picture': ({ expect, owner }) => {
    expect(owner('o1')).cannot('write', 'avatars/o1/me', { type: 'text/html' })
    expect(owner('o1')).cannot('write', 'avatars/o1/me')
  },
  'an avatar is no SVG': ({ expect, owner }) =>
    expect(owner('o1')).cannot('write', 'avatars/o1/me', { type: 'image/svg+xml' }),
  'everyone sees avatars, and only that': ({ expect, everyone }) => {
    expect(everyone()).can('read', 'avatars/o1/me')
    expect(everyone()).cannot('write', 'avatars/o1/me', { type: 'image/png' })
    for (const verb of ['delete', 'list'] as const) expect(everyone()).cannot(verb, 'avatars/o1/me')
  },
  'owners neither delete nor list avatars': ({ expect, owner }) => {
    for (const verb of ['delete', 'list'] as const)
      expect(owner('o1')).cannot(verb, 'avatars/o1/me')
  },
  'editors change no avatars': ({ expect, member }) => {
    for (const verb of ['write', 'delete', 'list'] as const)
      expect(member('editors')).cannot(verb, 'avatars/o1/me', { type: 'image/png' })
  },
  'everyone sends to an inbox, under names of the server': ({ expect, everyone }) => {
    expect(everyone()).can('write', 'inbox/o1/a', { serverName: true })
    expect(everyone()).cannot('write', 'inbox/o1/a')
  },
  'only owners read their inbox, and nobody empties it': (rules) => {
    const { table, owner, everyone, member } = rules
    table([
      [owner('o1'), 'read', 'inbox/o1/a', 'allow'],
      [everyone(), 'read', 'inbox/o1/a', 'deny'],
      [member('editors'), 'read', 'inbox/o1/a', 'deny'],
      ...([owner('o1'), everyone(), member('editors')] as const).flatMap((who) => [
        [who, 'delete', 'inbox/o1/a', 'deny'] as const,
        [who, 'list', 'inbox/o1/', 'deny'] as const,
      ]),
    ])
  },
  'records are written once': ({ expect, owner }) => {
    expect(owner('o1')).can('write', 'records/o1/1')
    expect(owner('o1')).cannot('write', 'records/o1/1', { exists: true })
    expect(owner('o1')).can('read', 'records/o1/1')
    for (const verb of ['delete', 'list'] as const) expect(owner('o1')).cannot(verb, 'records/o1/1')
  },
  'records are their owner’s': ({ expect, everyone, member }) => {
    for (const verb of ALL) {
      expect(everyone()).cannot(verb, 'records/o1/1')
      expect(member('editors')).cannot(verb, 'records/o1/1')
    }
  },
  'editors make the news': ({ expect, member }) => {
    for (const verb of ALL) expect(member('editors')).can(verb, 'news/2026/a.html')
  },
  'everyone reads the news, and only that': ({ expect, everyone }) => {
    expect(everyone()).can('read', 'news/2026/a.html')
    for (const verb of ['write', 'delete', 'list'] as const)
      expect(everyone()).cannot(verb, 'news/2026/a.html')
  },
  'nobody without an OPENID reads the news': ({ expect, nobody }) =>
    expect(nobody()).cannot('read', 'news/2026/a.html'),
}

/** Runs all expectations, or those of which the title is not left out. */
function run(
  config: CosConfig,
  leftOut: readonly string[] = [],
): { rules: RuleTests; failures: string[] } {
  const rules = testRules(config)
  const failures: string[] = []
  for (const [title, expectation] of Object.entries(EXPECTATIONS)) {
    if (leftOut.includes(title)) continue
    try {
      expectation(rules)
    } catch (error) {
      failures.push(`${title}: ${error instanceof Error ? error.message : error}`)
    }
  }
  return { rules, failures }
}

test('all expectations hold, every rule is tested, and every loosened rule is noticed', () => {
  const { rules, failures } = run(CONFIG)
  expect(failures).toEqual([])
  expect(rules.report()).toMatchObject({ untested: [], unnoticed: [] })
  expect(rules.report().mutations).toBe(49)
})

type Access = Record<string, Record<string, unknown>>
const P = 'private/{openid}/**'
const A = 'avatars/{openid}/**'
const I = 'inbox/{openid}/**'
const R = 'records/{openid}/**'
const N = 'news/**'

/** Mistakes in the rules: the rule, what is wrong with it, and the expectations that notice. */
const FAULTS: [rule: string, change: string, fields: object, ...about: string[]][] = [
  [
    P,
    'everyone may read',
    { everyone: ['read'] },
    'nobody else reads them',
    'editors have no access to them',
  ],
  [
    P,
    'everyone may write',
    { everyone: ['write'] },
    'nobody else writes them',
    'editors have no access to them',
  ],
  [
    P,
    'everyone may delete',
    { everyone: ['delete'] },
    'nobody else deletes them',
    'editors have no access to them',
  ],
  [
    P,
    'everyone may list',
    { everyone: ['list'] },
    'nobody else lists them',
    'editors have no access to them',
  ],
  [P, 'editors may read', { groups: { editors: ['read'] } }, 'editors have no access to them'],
  [P, 'quota is removed', { quota: undefined }, 'private files have a quota'],
  [P, 'the trash is removed', { trash: undefined }, 'private files are deleted into the trash'],
  [P, 'quota is doubled', { quota: '1000 MB' }, 'private files have a quota'],
  [P, 'maxFiles is removed', { maxFiles: undefined }, 'there are at most 100 private files'],
  [P, 'maxFiles is one more', { maxFiles: 101 }, 'there are at most 100 private files'],
  [A, 'maxSize is removed', { maxSize: undefined }, 'an avatar has at most 2 MB'],
  [A, 'maxSize is doubled', { maxSize: '4 MB' }, 'an avatar has at most 2 MB'],
  [A, 'types is removed', { types: undefined }, 'an avatar is a picture', 'an avatar is no SVG'],
  [
    A,
    'the type image/png becomes image/*',
    { types: ['image/*', 'image/jpeg'] },
    'an avatar is no SVG',
  ],
  [A, 'owner may delete', { owner: ['write', 'delete'] }, 'owners neither delete nor list avatars'],
  [A, 'editors may delete', { groups: { editors: ['delete'] } }, 'editors change no avatars'],
  [
    A,
    'everyone may write',
    { everyone: ['read', 'write'] },
    'everyone sees avatars, and only that',
    'editors change no avatars',
  ],
  [
    I,
    'the app chooses names',
    { names: undefined },
    'everyone sends to an inbox, under names of the server',
  ],
  [
    I,
    'everyone may read',
    { everyone: ['write', 'read'] },
    'only owners read their inbox, and nobody empties it',
  ],
  [R, 'overwrite is allowed', { overwrite: undefined }, 'records are written once'],
  [R, 'everyone may read', { everyone: ['read'] }, 'records are their owner’s'],
  [
    N,
    'everyone may write',
    { everyone: ['read', 'write'] },
    'everyone reads the news, and only that',
  ],
  [
    N,
    'everyone may delete',
    { everyone: ['read', 'delete'] },
    'everyone reads the news, and only that',
  ],
]

test.each(FAULTS)('%s, %s: the tests fail, and name the rule', (rule, _, fields, about) => {
  const access: Access = structuredClone(CONFIG.access)
  const entries = Object.entries({ ...access[rule], ...fields }).filter(([, value]) => value)
  const { failures } = run({
    ...CONFIG,
    access: { ...access, [rule]: Object.fromEntries(entries) },
  } as CosConfig)
  expect(failures.some((failure) => failure.startsWith(about))).toBe(true)
  expect(failures.join()).toContain(`access["${rule}"]`)
})

test.each(FAULTS)(
  '%s, %s: mutation names it where no test is about it',
  (rule, change, _, ...about) => {
    expect(run(CONFIG, about).rules.report().unnoticed).toContain(`${rule}: ${change}`)
  },
)

test('names every grant that no test has seen granted', () => {
  const rules = testRules(CONFIG)
  rules.expect(rules.owner('o1')).can('read', 'private/o1/a')
  rules.expect(rules.everyone()).cannot('read', 'private/o1/a')
  const { untested } = rules.report()
  expect(untested).not.toContain('private/{openid}/**: owner may read')
  expect(untested).toContain('private/{openid}/**: owner may write')
  expect(untested).toContain('avatars/{openid}/**: everyone may read')
  expect(untested).toContain('news/**: editors may list')
})

test('says which rule decides, and why', () => {
  const rules = testRules(CONFIG)
  const { expect: who, everyone, owner, explain, member } = rules
  expect(() => who(everyone()).can('read', 'private/o1/a.png')).toThrow(
    'everyone cannot read "private/o1/a.png": access["private/{openid}/**"]: no rule lets you read',
  )
  expect(() => who(owner('o1')).cannot('read', 'private/o1/a.png')).toThrow(
    'owner o1 can read "private/o1/a.png": access["private/{openid}/**"] allows it',
  )
  expect(explain(owner('o1'), 'write', 'elsewhere/a')).toEqual({
    allowed: false,
    reason: expect.stringContaining('no path of cos.config.ts covers it'),
  })
  expect(() => member('authors')).toThrow('config.groups has no group "authors"')
})

test('a table names every row that does not hold', () => {
  const { table, owner } = testRules(CONFIG)
  expect(() =>
    table([
      [owner('o1'), 'read', 'private/o1/a', 'allow'],
      [owner('o1'), 'read', 'private/o2/a', 'allow'],
      [owner('o1'), 'delete', 'records/o1/a', 'allow'],
    ]),
  ).toThrow(/private\/o2\/a.*\n.*records\/o1\/a/)
})
