import {
  evaluatePolicy,
  type PolicyRequest,
  wildcardMatches,
} from '../../packages/local-cloud/src/cos/evaluatePolicy'
import { parsePolicy } from '../../packages/local-cloud/src/cos/parsePolicy'

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

test.each<
  [string, operator: string, key: string, listed: unknown, actual: string | undefined, boolean]
>([
  [
    'a missing key with the plain operator',
    'string_equal',
    'cos:x-cos-acl',
    'private',
    undefined,
    false,
  ],
  [
    'a missing key with _if_exist',
    'string_equal_if_exist',
    'cos:x-cos-acl',
    'private',
    undefined,
    true,
  ],
  [
    'one of several values',
    'string_equal',
    'cos:x-cos-acl',
    ['default', 'private'],
    'private',
    true,
  ],
  [
    'none of several values',
    'string_not_equal',
    'cos:x-cos-acl',
    ['public-read', 'private'],
    'private',
    false,
  ],
  ['a type by its beginning', 'string_like', 'cos:content-type', 'image/*', 'image/png', true],
  [
    'a wildcard in the middle, which is none',
    'string_like',
    'cos:content-type',
    'im*e/png',
    'image/png',
    false,
  ],
  ['a length within', 'numeric_less_than_equal', 'cos:content-length', 10, '10', true],
  ['a length beyond', 'numeric_less_than_equal', 'cos:content-length', 10, '11', false],
  ['a prefix written URL-encoded', 'string_equal', 'cos:prefix', 'user%2FoX%2F', 'user/oX/', true],
  ['an address in a network', 'ip_equal', 'qcs:ip', '10.0.0.0/8', '10.1.2.3', true],
  ['an address outside it', 'ip_equal', 'qcs:ip', ['10.0.0.0/8', '192.168.1.1'], '11.1.2.3', false],
  ['TLS', 'bool_equal', 'cos:secure-transport', 'true', 'false', false],
])('evaluates %s', (_, operator, key, listed, actual, expected) => {
  const condition = { [operator]: { [key]: listed } }
  expect(isAllowed({ condition }, { context: { [key]: actual } })).toBe(expected)
})

test('cos:content_length is another spelling of cos:content-length', () => {
  const condition = { numeric_less_than: { 'cos:content_length': 10 } }
  expect(isAllowed({ condition }, { context: { 'cos:content-length': '9' } })).toBe(true)
})

test('a condition with two keys holds only if both match', () => {
  const condition = { string_equal: { 'cos:x-cos-acl': 'private', 'cos:content-type': 'a/b' } }
  const context = { 'cos:x-cos-acl': 'private', 'cos:content-type': 'c/d' }
  expect(isAllowed({ condition }, { context })).toBe(false)
})

test('* matches slashes and is the only wildcard', () => {
  expect(wildcardMatches('a*c', 'a/b/c')).toBe(true)
  expect(wildcardMatches('a*b*c', 'aXbYc')).toBe(true)
  expect(wildcardMatches('a*b*c', 'aXcYb')).toBe(false)
  expect(wildcardMatches('a?', 'ab')).toBe(false)
  expect(wildcardMatches('a*a', 'a')).toBe(false)
})

describe('policies of Tencent’s documents', () => {
  /**
   * Policies of Tencent's documents with the decisions documented for them. They test the evaluator
   * independently of the policy compiler.
   */
  interface Documented {
    document: string
    statement: object[]
    /** The decisions of the document. */
    cases: [asked: Partial<PolicyRequest>, allowed: boolean][]
  }

  const upload = [
    'name/cos:PutObject',
    'name/cos:PostObject',
    'name/cos:InitiateMultipartUpload',
    'name/cos:ListMultipartUploads',
    'name/cos:ListParts',
    'name/cos:UploadPart',
    'name/cos:CompleteMultipartUpload',
    'name/cos:AbortMultipartUpload',
  ]
  const DOC = 'qcs::cos:ap-beijing:uid/1250000000:examplebucket-1250000000'
  const at = (action: string, path: string, context: PolicyRequest['context'] = {}) => ({
    action,
    path,
    context,
  })

  const DOCUMENTS: Documented[] = [
    {
      document: '436/31923: uploads below doc, downloads below doc2',
      statement: [
        { effect: 'allow', action: upload, resource: [`${DOC}/doc/*`] },
        { effect: 'allow', action: ['name/cos:GetObject'], resource: [`${DOC}/doc2/*`] },
      ],
      cases: [
        [at('PutObject', 'doc/a'), true],
        [at('UploadPart', 'doc/a/b'), true],
        [at('PostObject', 'doc/a'), true],
        [at('GetObject', 'doc2/a'), true],
        // The wrong example of the same page: no action may get another's path.
        [at('GetObject', 'doc/a'), false],
        [at('PutObject', 'doc2/a'), false],
        [at('PutObject', 'docs/a'), false],
        [at('PutObjectACL', 'doc/a'), false],
        [at('DeleteObject', 'doc/a'), false],
        [{ ...at('PutObject', 'doc/a'), region: 'ap-guangzhou' }, false],
        [{ ...at('PutObject', 'doc/a'), bucket: 'examplebucket2-1250000000' }, false],
      ],
    },
    {
      document: '436/71306: PutObject from one of two networks',
      statement: [
        {
          effect: 'allow',
          action: ['name/cos:PutObject'],
          resource: [`${DOC}/*`],
          condition: { ip_equal: { 'qcs:ip': ['10.217.182.3/24', '111.21.33.72/24'] } },
        },
      ],
      cases: [
        [at('PutObject', 'a', { 'qcs:ip': '10.217.182.9' }), true],
        [at('PutObject', 'a', { 'qcs:ip': '111.21.33.1' }), true],
        [at('PutObject', 'a', { 'qcs:ip': '10.217.183.9' }), false],
        [at('GetObject', 'a', { 'qcs:ip': '10.217.182.9' }), false],
      ],
    },
    {
      document: '436/71307: a network and two addresses, a bucket and one object',
      statement: [
        {
          effect: 'allow',
          action: ['name/cos:PutObject', 'name/cos:GetObject'],
          resource: [
            'qcs::cos:ap-beijing:uid/1250000000:examplebucket-bj-1250000000/*',
            'qcs::cos:ap-guangzhou:uid/1250000000:examplebucket-gz-1250000000/exampleobject',
          ],
          condition: {
            ip_equal: { 'qcs:ip': ['192.168.1.0/24', '101.226.100.185', '101.226.100.186'] },
          },
        },
      ],
      cases: [
        ...(
          [
            ['192.168.1.77', true],
            ['101.226.100.185', true],
            ['101.226.100.187', false],
            ['192.168.2.1', false],
          ] as const
        ).map(([ip, allowed]): [Partial<PolicyRequest>, boolean] => [
          { ...at('GetObject', 'any', { 'qcs:ip': ip }), bucket: 'examplebucket-bj-1250000000' },
          allowed,
        ]),
        [
          {
            ...at('PutObject', 'exampleobject', { 'qcs:ip': '192.168.1.1' }),
            region: 'ap-guangzhou',
            bucket: 'examplebucket-gz-1250000000',
          },
          true,
        ],
        [
          {
            ...at('PutObject', 'exampleobject2', { 'qcs:ip': '192.168.1.1' }),
            region: 'ap-guangzhou',
            bucket: 'examplebucket-gz-1250000000',
          },
          false,
        ],
      ],
    },
    {
      document: '436/71307: one version of an object only',
      statement: [
        {
          effect: 'allow',
          action: ['name/cos:GetObject'],
          resource: [`${DOC}/*`],
          condition: { string_equal: { 'cos:versionid': 'MTg0NDUxNTc1NjIzMTQ1MDAwODg' } },
        },
      ],
      cases: [
        [at('GetObject', 'a', { 'cos:versionid': 'MTg0NDUxNTc1NjIzMTQ1MDAwODg' }), true],
        [at('GetObject', 'a', { 'cos:versionid': 'null' }), false],
        [at('GetObject', 'a'), false],
      ],
    },
    {
      document: '436/71306: a condition whose header is missing, plain and by _if_exist',
      statement: [
        {
          effect: 'allow',
          action: ['name/cos:PutObject'],
          resource: [`${DOC}/plain/*`],
          condition: { string_equal: { 'cos:x-cos-storage-class': 'STANDARD' } },
        },
        {
          effect: 'allow',
          action: ['name/cos:PutObject'],
          resource: [`${DOC}/ifexist/*`],
          condition: { string_equal_if_exist: { 'cos:x-cos-storage-class': 'STANDARD' } },
        },
      ],
      cases: [
        [at('PutObject', 'plain/a'), false],
        [at('PutObject', 'plain/a', { 'cos:x-cos-storage-class': 'STANDARD' }), true],
        [at('PutObject', 'ifexist/a'), true],
        [at('PutObject', 'ifexist/a', { 'cos:x-cos-storage-class': 'ARCHIVE' }), false],
      ],
    },
    {
      document:
        '598/10607: an explicit deny wins over every allow, and nothing is allowed by itself',
      statement: [
        { effect: 'allow', action: ['name/cos:*'], resource: [`${DOC}/*`] },
        { effect: 'deny', action: ['name/cos:DeleteObject'], resource: [`${DOC}/*`] },
      ],
      cases: [
        [at('GetObject', 'a'), true],
        [at('DeleteObject', 'a'), false],
        [{ ...at('GetObject', 'a'), appid: '1250000001' }, false],
      ],
    },
  ]

  test.each(
    DOCUMENTS.flatMap(({ document, statement, cases }) =>
      cases.map(([asked, allowed]): [string, boolean, object[], Partial<PolicyRequest>] => [
        `${document}: ${asked.action} ${asked.path} ${JSON.stringify(asked.context)}`,
        allowed,
        statement,
        asked,
      ]),
    ),
  )('%s: %s', (_, allowed, statement, asked) => {
    const policy = parsePolicy(JSON.stringify({ version: '2.0', statement }))
    const request: PolicyRequest = {
      action: 'GetObject',
      region: 'ap-beijing',
      appid: '1250000000',
      bucket: 'examplebucket-1250000000',
      path: '',
      context: {},
      ...asked,
    }
    expect(evaluatePolicy(policy, request).allowed).toBe(allowed)
  })
})
