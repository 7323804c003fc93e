import {
  evaluatePolicy,
  type PolicyRequest,
  wildcardMatches,
} from '../../packages/local-cloud/src/cos/evaluatePolicy'
import { parsePolicy } from '../../packages/local-cloud/src/cos/policy'

const RESOURCE = 'qcs::cos:ap-guangzhou:uid/1250000000:media-1250000000/'
const policyOf = (...statement: object[]) =>
  parsePolicy(
    JSON.stringify({
      version: '2.0',
      statement: statement.map((one) => ({
        effect: 'allow',
        action: ['name/cos:GetObject'],
        resource: [`${RESOURCE}a/*`],
        ...one,
      })),
    }),
  )
const request = (change: Partial<PolicyRequest> = {}): PolicyRequest => ({
  action: 'GetObject',
  region: 'ap-guangzhou',
  appid: '1250000000',
  bucket: 'media-1250000000',
  path: 'a/x',
  context: {},
  ...change,
})
const isAllowed = (statement: object, change: Partial<PolicyRequest> = {}) =>
  evaluatePolicy(policyOf(statement), request(change)).allowed

test('allows only what a statement allows, and names it', () => {
  expect(evaluatePolicy(policyOf({}), request())).toEqual({
    allowed: true,
    reason: 'statement[0] allows name/cos:GetObject on media-1250000000/a/*',
  })
  expect(evaluatePolicy(policyOf({}), request({ path: 'b/x' })).reason).toContain(
    'no statement allows',
  )
})

test('a matching deny wins, in any position', () => {
  const deny = { effect: 'deny', resource: [`${RESOURCE}a/secret/*`] }
  for (const policy of [policyOf({}, deny), policyOf(deny, {})]) {
    expect(evaluatePolicy(policy, request()).allowed).toBe(true)
    expect(evaluatePolicy(policy, request({ path: 'a/secret/x' })).allowed).toBe(false)
  }
})

test.each<[string, object, Partial<PolicyRequest>, boolean]>([
  ['another action', {}, { action: 'PutObject' }, false],
  ['an action in another case', { action: ['name/cos:getobject'] }, {}, false],
  ['an action without name/', { action: ['cos:GetObject'] }, {}, true],
  ['an action with a wildcard', { action: ['name/cos:Get*'] }, {}, true],
  ['all actions', { action: ['*'] }, { action: 'PutObject' }, true],
  ['another region', {}, { region: 'ap-beijing' }, false],
  ['an empty region', { resource: ['qcs::cos::uid/1250000000:media-1250000000/a/*'] }, {}, true],
  ['another account', {}, { appid: '1250000001' }, false],
  ['every account', { resource: ['qcs::cos:ap-guangzhou:uid/*:media-1250000000/a/*'] }, {}, false],
  ['another bucket', {}, { bucket: 'other-1250000000' }, false],
  [
    'the old form of a resource',
    { resource: ['qcs::cos:ap-guangzhou:uid/1250000000:prefix//1250000000/media/a/*'] },
    {},
    true,
  ],
  ['the folder itself', {}, { path: 'a/' }, true],
  ['the folder without its slash', {}, { path: 'a' }, false],
  ['a folder that begins alike', {}, { path: 'ab/x' }, false],
  ['a deeper key', {}, { path: 'a/b/c/d' }, true],
  ['a key with colons', { resource: [`${RESOURCE}a:b:c`] }, { path: 'a:b:c' }, true],
  ['everything', { resource: ['*'] }, { path: 'z' }, true],
])('matches %s', (_, statement, change, expected) => {
  expect(isAllowed(statement, change)).toBe(expected)
})

test.each<[string, object, Record<string, string>, boolean]>([
  [
    'a missing key with the plain operator',
    { string_equal: { 'cos:x-cos-acl': 'private' } },
    {},
    false,
  ],
  [
    'a missing key with _if_exist',
    { string_equal_if_exist: { 'cos:x-cos-acl': 'private' } },
    {},
    true,
  ],
  [
    'one of several values',
    { string_equal: { 'cos:x-cos-acl': ['default', 'private'] } },
    { 'cos:x-cos-acl': 'private' },
    true,
  ],
  [
    'none of several values',
    { string_not_equal: { 'cos:x-cos-acl': ['public-read', 'private'] } },
    { 'cos:x-cos-acl': 'private' },
    false,
  ],
  [
    'a type by its beginning',
    { string_like: { 'cos:content-type': 'image/*' } },
    { 'cos:content-type': 'image/png' },
    true,
  ],
  [
    'a wildcard in the middle, which is none',
    { string_like: { 'cos:content-type': 'im*e/png' } },
    { 'cos:content-type': 'image/png' },
    false,
  ],
  [
    'a length within',
    { numeric_less_than_equal: { 'cos:content-length': 10 } },
    { 'cos:content-length': '10' },
    true,
  ],
  [
    'a length beyond',
    { numeric_less_than_equal: { 'cos:content-length': 10 } },
    { 'cos:content-length': '11' },
    false,
  ],
  [
    'the other spelling of length',
    { numeric_less_than: { 'cos:content_length': 10 } },
    { 'cos:content-length': '9' },
    true,
  ],
  [
    'a prefix written URL-encoded',
    { string_equal: { 'cos:prefix': 'user%2FoX%2F' } },
    { 'cos:prefix': 'user/oX/' },
    true,
  ],
  [
    'an address in a network',
    { ip_equal: { 'qcs:ip': '10.0.0.0/8' } },
    { 'qcs:ip': '10.1.2.3' },
    true,
  ],
  [
    'an address outside it',
    { ip_equal: { 'qcs:ip': ['10.0.0.0/8', '192.168.1.1'] } },
    { 'qcs:ip': '11.1.2.3' },
    false,
  ],
  [
    'TLS',
    { bool_equal: { 'cos:secure-transport': 'true' } },
    { 'cos:secure-transport': 'false' },
    false,
  ],
  [
    'two keys, of which both must hold',
    { string_equal: { 'cos:x-cos-acl': 'private', 'cos:content-type': 'a/b' } },
    { 'cos:x-cos-acl': 'private', 'cos:content-type': 'c/d' },
    false,
  ],
])('evaluates %s', (_, condition, context, expected) => {
  expect(isAllowed({ condition }, { context })).toBe(expected)
})

test('* matches slashes and is the only wildcard', () => {
  expect(wildcardMatches('a*c', 'a/b/c')).toBe(true)
  expect(wildcardMatches('a*b*c', 'aXbYc')).toBe(true)
  expect(wildcardMatches('a*b*c', 'aXcYb')).toBe(false)
  expect(wildcardMatches('a?', 'ab')).toBe(false)
  expect(wildcardMatches('a*a', 'a')).toBe(false)
})
