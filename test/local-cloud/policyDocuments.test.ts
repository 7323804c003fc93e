import {
  evaluatePolicy,
  type PolicyRequest,
} from '../../packages/local-cloud/src/cos/evaluatePolicy'
import { parsePolicy } from '../../packages/local-cloud/src/cos/policy'

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
    document: '598/10607: an explicit deny wins over every allow, and nothing is allowed by itself',
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
