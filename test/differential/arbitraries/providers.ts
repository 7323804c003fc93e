import fc from 'fast-check'
import type { Call } from '../harness'
import { maybe, word } from './texts'

const NOW = 1_700_000_000
const seconds = (from: number, to: number) => fc.integer({ min: NOW + from, max: NOW + to })

/** A temporary key with all optional fields. */
const temporaryKey = fc.record(
  {
    TmpSecretId: word,
    TmpSecretKey: word,
    SecurityToken: fc.stringMatching(/^[\w+/=]{1,20}$/),
    ExpiredTime: seconds(100, 7200),
    StartTime: seconds(-1000, 0),
    ScopeLimit: fc.boolean(),
    Token: word,
    ClientIP: fc.constant('1.2.3.4'),
    ClientUA: word,
  },
  { requiredKeys: ['TmpSecretId', 'TmpSecretKey', 'SecurityToken', 'ExpiredTime'] },
)
const oldToken = temporaryKey.map(({ SecurityToken, ...rest }) => ({
  ...rest,
  XCosSecurityToken: SecurityToken,
}))
const oldNames = temporaryKey.map(({ TmpSecretId, TmpSecretKey, ...rest }) => ({
  ...rest,
  SecretId: TmpSecretId,
  SecretKey: TmpSecretKey,
}))
/** A key with a missing or empty field. */
const badKey = fc
  .tuple(
    temporaryKey,
    fc.constantFrom('TmpSecretId', 'TmpSecretKey', 'SecurityToken', 'ExpiredTime'),
    fc.constantFrom(undefined, '', null),
  )
  .map(([given, name, value]) => ({ ...given, [name]: value }))
const badTime = fc
  .tuple(temporaryKey, fc.constantFrom('StartTime', 'ExpiredTime'), fc.constantFrom(17, 1.7e12))
  .map(([given, name, value]) => ({ ...given, [name]: value }))

const signature = fc
  .record({ id: word, start: seconds(-10, 0), path: fc.constantFrom('', 'a', 'acl;a') })
  .map(
    ({ id, start, path }) =>
      `q-sign-algorithm=sha1&q-ak=${id}&q-sign-time=${start};${start + 900}&q-key-time=${start};${start + 900}&q-header-list=host&q-url-param-list=${path}&q-signature=0123456789abcdef`,
  )
const signatureObject = fc
  .tuple(
    signature,
    fc.record(
      {
        SecurityToken: maybe(word),
        XCosSecurityToken: word,
        Token: word,
        ClientIP: fc.constant('1.2.3.4'),
        ClientUA: word,
      },
      { requiredKeys: [] },
    ),
  )
  .map(([Authorization, rest]) => ({ Authorization, ...rest }))
const noSignature = fc.constantFrom('nonsense', 'q-sign-algorithm=sha1&q-ak=a', 'a b')

/** A credential provider and its answer. */
export const provider: fc.Arbitrary<NonNullable<Call['provider']>> = fc.oneof(
  fc
    .oneof(
      { weight: 3, arbitrary: temporaryKey as fc.Arbitrary<unknown> },
      oldToken,
      badKey,
      badTime,
      signature,
      signatureObject,
      noSignature,
    )
    .map((answer) => ({ name: 'getAuthorization' as const, answer })),
  fc
    .oneof(temporaryKey as fc.Arbitrary<unknown>, oldToken, oldNames, badKey)
    .map((answer) => ({ name: 'getSTS' as const, answer })),
)
