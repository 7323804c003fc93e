import { type CosConfig, checkConfig, defineConfig } from '@miniprogram-cos/server'

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
    'STS takes 6144: use fewer paths',
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
