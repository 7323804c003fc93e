import { isBelow } from '@miniprogram-cos/protocol'
import {
  type AccessRules,
  type CosConfig,
  checkConfig,
  defineConfig,
  grantsOf,
  ownPrefix,
  readRules,
} from '@miniprogram-cos/server'

const caller = (openid: string, ...groups: string[]) => ({ openid, groups })

const ALL = ['read', 'write', 'delete', 'list'] as const

test('grants an owner their own folder only', () => {
  const rules = readRules({ 'private/{openid}/**': { owner: [...ALL] } })
  expect(grantsOf(rules, caller('oA')).map(({ verb, path }) => `${verb} ${path}`)).toEqual([
    'read private/oA/',
    'write private/oA/',
    'delete private/oA/',
    'list private/oA/',
  ])
  expect(ownPrefix(rules, 'oA')).toBe('private/oA/')
})

test('grants everyone what a rule gives everyone', () => {
  const rules = readRules({ 'shared/{openid}/**': { owner: ['write'], everyone: ['read'] } })
  const grants = grantsOf(rules, caller('oA'))
  const may = (verb: string, key: string) =>
    grants.some((grant) => grant.verb === verb && isBelow(grant.path, key))
  expect(may('read', 'shared/oB/x')).toBe(true)
  expect(may('write', 'shared/oB/x')).toBe(false)
  expect(may('write', 'shared/oA/x')).toBe(true)
})

test('a path covers what lies below it, not keys with the same prefix', () => {
  const [grant] = grantsOf(readRules({ 'private/{openid}/**': { owner: ['read'] } }), caller('oA'))
  const own = (key: string) => isBelow(grant?.path ?? '', key)
  expect([own('private/oA/x'), own('private/oA/'), own('private/oA/d/e')]).toEqual([
    true,
    true,
    true,
  ])
  expect([own('private/oAB/x'), own('private/oA'), own('private/'), own('x/private/oA/y')]).toEqual(
    [false, false, false, false],
  )
})

test('grants group members every user’s folder', () => {
  const rules = readRules(
    { 'shared/{openid}/**': { owner: ['write'], groups: { editors: ['read', 'delete'] } } },
    ['editors'],
  )
  const paths = (...groups: string[]) =>
    grantsOf(rules, caller('oA', ...groups)).map(({ verb, path }) => `${verb} ${path}`)
  expect(paths()).toEqual(['write shared/oA/'])
  expect(paths('editors')).toEqual(['read shared/*/', 'write shared/oA/', 'delete shared/*/'])
})

test('reads sizes with units', () => {
  const sizeOf = (maxSize: unknown) =>
    readRules({ 'a/{openid}/**': { owner: ['write'], maxSize: maxSize as number } })[0]?.maxBytes
  expect([sizeOf(10), sizeOf('20 MB'), sizeOf('1.5 KB'), sizeOf('5 GB')]).toEqual([
    10, 20_971_520, 1536, 5_368_709_120,
  ])
})

test.each<[string, object, string]>([
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
  ['an owner without {openid}', { 'public/**': { owner: ['read'] } }, 'its path has no {openid}'],
  ['an unknown verb', { 'a/{openid}/**': { owner: ['own'] } }, 'the verbs are'],
  ['nothing allowed', { 'a/{openid}/**': { owner: [] } }, 'allows nothing'],
  [
    'an unknown group',
    { 'a/{openid}/**': { guests: ['read'] } },
    'a rule may have owner, everyone, groups',
  ],
  [
    'everyone below another’s folder',
    { 'u/{openid}/pub/**': { everyone: ['read'] } },
    '{openid} must be the last segment',
  ],
  [
    'a group that config.groups does not list',
    { 'a/{openid}/**': { groups: { guests: ['read'] } } },
    'the group "guests", which config.groups does not list',
  ],
  [
    'everyone in every folder of the bucket',
    { '{openid}/**': { everyone: ['read'] } },
    'put a folder before {openid}',
  ],
  [
    'a size in an unknown unit',
    { 'a/**': { everyone: ['write'], maxSize: '1 TB' } },
    'maxSize "1 TB"',
  ],
  ['a size of zero', { 'a/**': { everyone: ['write'], maxSize: 0 } }, 'maxSize 0'],
  ['a size beyond one request', { 'a/**': { everyone: ['write'], maxSize: '6 GB' } }, 'maxSize'],
  ['an invalid type', { 'a/**': { everyone: ['write'], types: ['*'] } }, 'the type "*"'],
  ['a wildcard within a type', { 'a/**': { everyone: ['write'], types: ['im*/png'] } }, 'the type'],
  [
    'an empty list of types',
    { 'a/**': { everyone: ['write'], types: [] } },
    'types, which must be a list',
  ],
  ['a trash without days', { 'a/**': { everyone: ['delete'], trash: '30' } }, 'trash "30"'],
  ['a trash for no day', { 'a/**': { everyone: ['delete'], trash: '0 days' } }, 'trash "0 days"'],
  [
    'snapshots of videos that nobody reads',
    { 'a/**': { everyone: ['list'], videoCovers: true } },
    'nobody',
  ],
  [
    'videoCovers: false',
    { 'a/**': { everyone: ['read'], videoCovers: false } },
    'the only value is true',
  ],
  ['a trash where nobody deletes', { 'a/**': { everyone: ['read'], trash: '9 days' } }, 'nobody'],
  [
    'a path in the trash',
    {
      '.trash/{openid}/**': { owner: ['read'] },
      'a/{openid}/**': { owner: ['delete'], trash: '9 days' },
    },
    'covers the trash',
  ],
  [
    'one folder of the trash that would be emptied at two times',
    {
      'a/{openid}/x/**': { owner: ['delete'], trash: '9 days' },
      'a/b/y/**': { everyone: ['delete'], trash: '8 days' },
    },
    'the same number of days',
  ],
  [
    'limits without writing',
    { 'a/**': { everyone: ['read'], maxSize: 1 } },
    'grants write to nobody',
  ],
  ['an invalid overwrite', { 'a/**': { everyone: ['write'], overwrite: 'no' } }, 'has overwrite'],
  ['an invalid names', { 'a/**': { everyone: ['write'], names: 'client' } }, 'has names'],
  ['a rule that is a string', { 'a/**': 'read' }, 'is not a rule'],
  ['verbs that are a string', { 'a/**': { everyone: 'read' } }, 'must be a list of verbs'],
  ['a segment that ends in a dot', { 'a./**': { everyone: ['read'] } }, 'only letters, digits'],
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
  expect(() => readRules(access as AccessRules)).toThrow(message)
})

describe('a configuration', () => {
  const OPENID = 'oAlice0123456789-_abcdefghij'
  const good = {
    env: 'e',
    bucket: 'media-1250000000',
    region: 'ap-guangzhou',
    access: { 'private/{openid}/**': { owner: ['read'] } },
  } satisfies CosConfig

  test('fills in defaults', () => {
    expect(checkConfig(good)).toMatchObject({
      bucket: 'media-1250000000',
      domains: [],
      groups: {},
      keySeconds: 1800,
      keysPerMinute: 30,
    })
  })

  test.each<[string, object, string]>([
    ['a field that does not exist', { acces: {} }, 'unknown field "acces"'],
    ['a bucket without APPID', { bucket: 'media' }, 'Bucket should format as'],
    ['a region with its host', { region: 'cos.ap-guangzhou' }, 'Region should look like'],
    ['a key of a minute', { keySeconds: 60 }, 'keySeconds must be a whole number from 900 to 7200'],
    ['no calls at all', { keysPerMinute: 0 }, 'keysPerMinute must be a whole number from 1 to 600'],
    ['a domain with its scheme', { domains: ['https://a.b'] }, 'domains has "https://a.b"'],
    ['a group called owner', { groups: { owner: [OPENID] } }, 'cannot be the name of a group'],
    ['a member that is no OPENID', { groups: { editors: ['*'] } }, 'groups.editors has "*"'],
    [
      'more paths than a policy can hold',
      {
        access: Object.fromEntries(
          Array.from({ length: 20 }, (_, i) => [
            `folder-number-${i}/{openid}/**`,
            { owner: ['read', 'write', 'delete', 'list'] },
          ]),
        ),
      },
      'STS accepts 6144: use fewer paths',
    ],
  ])('refuses %s', (_, change, why) => {
    expect(() => checkConfig({ ...good, ...change } as CosConfig)).toThrow(why)
  })

  test('invalid configurations are type errors too', () => {
    const place = { env: 'e', bucket: 'media-1250000000', region: 'ap-guangzhou' }
    const wrong = [
      // @ts-expect-error no such verb
      defineConfig({ ...place, access: { 'a/**': { everyone: ['own'] } } }),
      // @ts-expect-error a path must end in /**
      defineConfig({ ...place, access: { a: { everyone: ['read'] } } }),
      // @ts-expect-error no such field
      defineConfig({ ...place, access: { 'a/**': { guests: ['read'] } } }),
      // @ts-expect-error no such unit
      defineConfig({ ...place, access: { 'a/**': { everyone: ['write'], maxSize: '1 TB' } } }),
      // @ts-expect-error no type
      defineConfig({ ...place, access: { 'a/**': { everyone: ['write'], types: ['png'] } } }),
      defineConfig({
        ...place,
        groups: { editors: [OPENID] },
        // @ts-expect-error a group that is not declared
        access: { 'a/**': { groups: { admins: ['read'] } } },
      }),
    ]
    for (const one of wrong) expect(() => checkConfig(one as CosConfig)).toThrow('cos.config.ts')
  })
})
