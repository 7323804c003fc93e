import { type AccessRules, covers, grantsOf, homeOf, readRules } from '@miniprogram-cos/server'

const ALL = ['read', 'write', 'delete', 'list'] as const

test('grants an owner their own folder and nobody else’s', () => {
  const rules = readRules({ 'private/{openid}/**': { owner: [...ALL] } })
  expect(grantsOf(rules, 'oA').map(({ verb, path }) => `${verb} ${path}`)).toEqual([
    'read private/oA/',
    'write private/oA/',
    'delete private/oA/',
    'list private/oA/',
  ])
  expect(homeOf(rules, 'oA')).toBe('private/oA/')
})

test('lets everyone read where a rule says so', () => {
  const rules = readRules({ 'shared/{openid}/**': { owner: ['write'], everyone: ['read'] } })
  const grants = grantsOf(rules, 'oA')
  const may = (verb: string, key: string) =>
    grants.some((grant) => grant.verb === verb && covers(grant, key))
  expect(may('read', 'shared/oB/x')).toBe(true)
  expect(may('write', 'shared/oB/x')).toBe(false)
  expect(may('write', 'shared/oA/x')).toBe(true)
})

test('a folder covers what lies below it, not what merely begins alike', () => {
  const [grant] = grantsOf(readRules({ 'private/{openid}/**': { owner: ['read'] } }), 'oA')
  const own = (key: string) => covers(grant as NonNullable<typeof grant>, key)
  expect([own('private/oA/x'), own('private/oA/'), own('private/oA/d/e')]).toEqual([
    true,
    true,
    true,
  ])
  expect([own('private/oAB/x'), own('private/oA'), own('private/'), own('x/private/oA/y')]).toEqual(
    [false, false, false, false],
  )
})

test.each<[string, AccessRules, string]>([
  ['no rule', {}, 'access has no rule'],
  ['a pattern without /**', { 'private/{openid}': { owner: ['read'] } }, 'must end in "/**"'],
  ['a leading slash', { '/private/{openid}/**': { owner: ['read'] } }, 'starts with a slash'],
  [
    '{openid} within a segment',
    { 'u-{openid}/**': { owner: ['read'] } },
    'must be a whole segment',
  ],
  ['an unknown placeholder', { '{uid}/**': { owner: ['read'] } }, 'no other placeholder'],
  ['a dot segment', { 'a/../**': { everyone: ['read'] } }, 'only letters, digits'],
  ['a wildcard', { 'a/*/**': { everyone: ['read'] } }, 'only letters, digits'],
  ['an owner nobody can be', { 'public/**': { owner: ['read'] } }, 'no {openid} segment'],
  ['an unknown verb', { 'a/{openid}/**': { owner: ['own' as 'read'] } }, 'the verbs are'],
  ['nothing allowed', { 'a/{openid}/**': { owner: [] } }, 'allows nothing'],
  [
    'an unknown group',
    { 'a/{openid}/**': { guests: ['read'] } as never },
    'only owner and everyone',
  ],
  [
    'everyone below another’s folder',
    { 'u/{openid}/pub/**': { everyone: ['read'] } },
    '{openid} must be the last segment',
  ],
  [
    'two rules for one key',
    { 'a/{openid}/**': { owner: ['read'] }, 'a/b/**': { everyone: ['read'] } },
    'overlaps access["a/{openid}/**"]',
  ],
  [
    'one rule inside another',
    { 'a/**': { everyone: ['read'] }, 'a/{openid}/x/**': { owner: ['write'] } },
    'overlaps access["a/**"]',
  ],
])('refuses %s, naming the rule', (_, access, message) => {
  expect(() => readRules(access)).toThrow(message)
})
