import COS from 'cos-nodejs-sdk-v5'
import { checkPrivacy } from '../../packages/cli/src/cloud/bucketChecks'
import { emptyTrash, keptTrash } from '../../packages/cli/src/cloud/bucketSettings'
import type { CosConfig } from '../../packages/server/src'
import { BUCKET, REGION, ROOT_KEY, startTestCloud, type TestCloud } from '../support/testCloud'

describe('bucket policies that open the bucket', () => {
  const config = {
    env: 'test',
    bucket: 'media-1250000000',
    region: 'ap-guangzhou',
    access: {
      'private/{openid}/**': { owner: ['read', 'write'] },
      'shared/{openid}/**': { owner: ['write'], everyone: ['read'] },
    },
  } as CosConfig
  const ANYONE = { qcs: ['qcs::cam::anyone:anyone'] }
  const at = (path: string) => `qcs::cos:ap-guangzhou:uid/1250000000:media-1250000000/${path}`
  const READ_ALL = {
    Effect: 'allow',
    Principal: ANYONE,
    Action: ['name/cos:GetObject'],
    Resource: [at('*')],
  }

  const isPublic = async (statement: object) => {
    const cos = {
      getBucketAcl: async () => ({}),
      getBucketPolicy: async () => ({ Policy: { Statement: [{ ...READ_ALL, ...statement }] } }),
    }
    return checkPrivacy(cos as unknown as COS, config).then(
      () => false,
      ({ code }: { code?: string }) => code === 'BucketPublic',
    )
  }

  test.each([
    ['qcs::cam::anyone:anyone'],
    ['qcs::cam::anonymous:anonymous'],
    ['qcs:*'],
    ['qcs::cam::*'],
    ['qcs::cam::uin/*:uin/*'],
  ])('are detected by the principal %s', async (principal) => {
    expect(await isPublic({ Principal: { qcs: [principal] } })).toBe(true)
  })

  test.each(['qcs::cam::uin/100000000001:uin/100000000011', 'qcs::cam::uin/100000000001:uin/*'])(
    'do not include those with a principal of one account: %s',
    async (principal) => {
      expect(await isPublic({ Principal: { qcs: [principal] } })).toBe(false)
    },
  )

  test.each([
    '*',
    at('private/*'),
    at('private/oA/*'),
    at('*/x'),
    at(''),
    'qcs::cos::uid/1250000000:media-1250000000/*',
    'qcs::cos:*:uid/1250000000:*',
    'qcs::cos:*:uid/1250000000:media-1250000000*',
    'qcs::cos:*:uid/1250000000:media-*/private/*',
    'qcs::cos:*:uid/*:*/*',
    'qcs::cos:ap-guangzhou:prefix//1250000000/media/*',
  ])('are detected by the resource %s', async (resource) => {
    expect(await isPublic({ Resource: [resource] })).toBe(true)
  })

  test.each([
    at('public/*'),
    at('shared/*'),
    'qcs::cos:*:uid/1250000000:other-1250000000/*',
    'qcs::cos:ap-beijing:uid/1250000000:media-1250000000/*',
  ])('do not include those whose resource has no private paths: %s', async (resource) => {
    expect(await isPublic({ Resource: [resource] })).toBe(false)
  })

  test.each([
    'name/cos:GetObject',
    'cos:Get*',
    '*',
    'name/cos:GetBucket',
    'name/cos:PutObject',
    'name/cos:DeleteObject',
    'name/cos:PutObjectACL',
    'name/cos:PutBucketPolicy',
    'name/cos:PutBucketACL',
  ])('are detected by the action %s', async (action) => {
    expect(await isPublic({ Action: action })).toBe(true)
  })

  test('do not include those whose actions access no objects', async () => {
    expect(await isPublic({ Action: ['name/cos:HeadBucket'] })).toBe(false)
  })

  test('include those that permit writing to paths that everyone may only read', async () => {
    expect(await isPublic({ Action: ['name/cos:PutObject'], Resource: [at('shared/*')] })).toBe(
      true,
    )
  })

  test.each([{ Effect: 'deny' }, { Condition: { ip_equal: { 'qcs:ip': '10.0.0.1' } } }])(
    'do not include those that deny or have a condition: %j',
    async (change) => {
      expect(await isPublic(change)).toBe(false)
    },
  )
})

describe('the lifecycle rules of the trash', () => {
  const BUCKET_PARAMS = { Bucket: BUCKET, Region: REGION }
  /** A rule of the developer for the whole bucket. */
  const MINE = { ID: 'mine', Status: 'Enabled' as const, Filter: {}, Expiration: { Days: 10 } }

  let cloud: TestCloud
  beforeAll(async () => {
    cloud = await startTestCloud()
  })
  afterAll(() => cloud.end())

  test('a rule of an earlier configuration does not empty the trash sooner', async () => {
    const cos = new COS({ ...ROOT_KEY, Proxy: cloud.cos, Protocol: 'http:' })
    const part = { prefix: '.trash/private/', days: 30 }
    await cos.putBucketLifecycle({ ...BUCKET_PARAMS, Rules: [MINE] })
    await emptyTrash(cos, BUCKET_PARAMS, [{ prefix: '.trash/', days: 7 }])
    await emptyTrash(cos, BUCKET_PARAMS, [{ prefix: '.trash/open/', days: 3 }])
    expect(await keptTrash(cos, BUCKET_PARAMS, [part])).toEqual([part])
    await emptyTrash(cos, BUCKET_PARAMS, [part])
    expect(await keptTrash(cos, BUCKET_PARAMS, [part])).toEqual([])
    const { Rules } = await cos.getBucketLifecycle(BUCKET_PARAMS)
    expect(Rules.map(({ ID, Expiration }) => [ID, Expiration?.Days])).toEqual([
      ['mine', '10'],
      ['empty .trash/', '30'],
      ['empty .trash/open/', '3'],
      ['empty .trash/private/', '30'],
    ])
  })
})
