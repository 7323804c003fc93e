import {
  accountPolicy,
  type CosConfig,
  checkConfig,
  credentialsFunction,
  MAX_POLICY_CHARS,
  type PolicyDocument,
  STRICT_SIGNATURE,
} from '@miniprogram-cos/server'
import type COS from 'cos-nodejs-sdk-v5'
import { config } from '../../cos.config'
import { hasStrictSignature } from '../../packages/cli/src/cloud/bucketSettings'
import type { Rule } from '../../packages/server/src/rules'
import { SignedBucketAccess } from '../../packages/server/src/services/bucketAccess'
import { memoryRecords } from '../../packages/server/src/services/records'
import { Trash } from '../../packages/server/src/services/trash'
import { fetchTemporaryKey } from '../../packages/server/src/sts'
import { runCli } from '../support/commandLine'
import { send, signByOfficialSdk, signedRequests } from '../support/cosRequests'
import { type CosRequest, sendWithKey } from '../support/functionCalls'
import { captureFunctionLog, environmentOf, invocationOf } from '../support/functionsInProcess'
import { createTestPhone } from '../support/phones'
import { ALICE, BOB, BUCKET, HOST, REGION, useTestCloud } from '../support/testCloud'

const ROLE = 'qcs::cam::uin/100000000001:roleName/functions'
const { rules } = checkConfig(config)
const policy = accountPolicy(rules, { bucket: BUCKET, region: REGION }, ROLE)

test('contains the bucket paths of the rules and nothing else', () => {
  const resources = new Set(policy.statement.slice(1).flatMap(({ resource }) => resource))
  const at = (path: string) => `qcs::cos:${REGION}:uid/1250000000:${BUCKET}/${path}`
  expect([...resources].sort()).toEqual([at('private/*/*'), at('shared/*/*')])
  const actions = policy.statement.slice(1).flatMap(({ action }) => action)
  expect(actions.filter((one) => one.includes('*') || /ACL|Policy|Bucket[A-Z]/.test(one))).toEqual(
    [],
  )
  expect(policy.statement[0]).toEqual({
    effect: 'allow',
    action: ['name/sts:AssumeRole'],
    resource: [ROLE],
  })
  expect(JSON.stringify(policy).length).toBeLessThan(MAX_POLICY_CHARS)
})

test('npm run policy prints it, the access table and the strict-signature document', () => {
  const run = (...args: string[]) => runCli(['policy', ...args]).stdout
  expect(JSON.parse(run('--json', '--role', ROLE))).toEqual(JSON.parse(JSON.stringify(policy)))
  const printed = run()
  expect(printed).toContain('private/{openid}/**  owner')
  expect(printed).toContain('"name/sts:GetFederationToken"')
  expect(printed).toContain(STRICT_SIGNATURE)
})

describe('whether a bucket requires strict signatures', () => {
  const accepts = (document: string) => {
    const request = async () => ({ Body: document })
    return hasStrictSignature({ request } as unknown as COS, { Bucket: BUCKET, Region: REGION })
  }

  test.each([
    ['the printed document', STRICT_SIGNATURE],
    ['with another id', STRICT_SIGNATURE.replace('miniprogram-cos', 'all')],
    ['in another case', STRICT_SIGNATURE.replace('Pic-Operations', 'pic-operations')],
    ['with every header', STRICT_SIGNATURE.replace('Pic-Operations', 'all')],
  ])('accepts %s', async (_, document) => expect(await accepts(document)).toBe(true))

  test.each(['Host', 'x-cos-*', 'Pic-Operations'])('refuses one without %s', async (header) => {
    expect(await accepts(STRICT_SIGNATURE.replace(`<header>${header}</header>`, ''))).toBe(false)
  })

  test('refuses rules that require it only together', async () => {
    const host = '<Rule><ID>miniprogram-cos</ID><actionlist><action>*</action></actionlist></Rule>'
    expect(await accepts(host)).toBe(false)
  })
})

describe('an account with this policy', () => {
  // STS issues no key that exceeds the role. The local STS uses this policy as the role's.
  const boundary = { ...policy, statement: policy.statement.slice(1) } as PolicyDocument
  const cloud = useTestCloud({ roles: { [ROLE]: boundary } })
  captureFunctionLog()

  const keyOf = (openid: string, own: CosConfig = config) => {
    const environment = {
      ...environmentOf(cloud),
      COS_STS_MODE: 'assume-role',
      COS_STS_ROLE_ARN: ROLE,
    }
    return credentialsFunction(own, environment)(invocationOf(openid))
  }

  test('can issue keys for everything the rules grant', async () => {
    const alice = await keyOf(ALICE)
    const bob = await keyOf(BOB)
    const status = async (answer: typeof alice, request: CosRequest) =>
      (await sendWithKey(cloud, answer, request)).status
    for (const folder of ['private', 'shared']) {
      const key = `${folder}/${ALICE}/x`
      expect(await status(alice, { method: 'PUT', key, body: 'x' })).toBe(200)
      expect(await status(alice, { key })).toBe(200)
      expect(await status(alice, { query: { prefix: `${folder}/${ALICE}/` } })).toBe(200)
      expect(await status(bob, { key })).toBe(folder === 'shared' ? 200 : 403)
    }
    expect(await status(alice, { method: 'DELETE', key: `private/${ALICE}/x` })).toBe(204)
  })

  test('cannot issue more, even with other rules in a function', async () => {
    const wide = {
      ...config,
      access: { 'config/**': { everyone: ['read', 'write', 'delete', 'list'] } },
    } as CosConfig
    const key = await keyOf(BOB, wide)
    const { status } = await sendWithKey(cloud, key, { method: 'PUT', key: 'config/x', body: 'x' })
    expect(status).toBe(403)
  })
})

describe('a function whose key has the policy of rules with a trash', () => {
  const cloud = useTestCloud()
  const own = checkConfig({
    ...config,
    access: { 'private/{openid}/**': { owner: ['write', 'delete'], trash: '9 days' } },
  })

  test('moves objects of any size into the trash and back, and does nothing elsewhere', async () => {
    const account = accountPolicy(own.rules, own).statement.slice(1)
    const document = JSON.stringify({ version: '2.0', statement: account })
    const access = {
      SecretId: cloud.root.SecretId,
      SecretKey: cloud.root.SecretKey,
      region: REGION,
      localEndpoint: cloud.sts,
    }
    const key = await fetchTemporaryKey(access, 'functions', document, 1800)
    const environment = {
      COS_ENDPOINT: cloud.cos,
      COS_STS_MODE: 'assume-role',
      COS_STS_ROLE_ARN: ROLE,
      TENCENTCLOUD_SECRETID: key.tmpSecretId,
      TENCENTCLOUD_SECRETKEY: key.tmpSecretKey,
      TENCENTCLOUD_SESSIONTOKEN: key.sessionToken,
    }
    const bucket = new SignedBucketAccess(own, environment, 1024 * 1024)
    const trash = new Trash(bucket, memoryRecords())
    const target = { rule: own.rules[0] as Rule, seesAll: false }
    for (const size of [10, 1_500_000]) {
      const Key = `private/${ALICE}/${size}`
      await signedRequests(() => cloud)('PUT', Key, { body: 'x'.repeat(size) })
      await trash.delete({ ...target, key: Key }, 'owner')
      expect(await bucket.head(Key)).toBeUndefined()
      await trash.restore({ ...target, key: Key }, undefined, undefined)
      expect(await bucket.head(Key)).toMatchObject({ size })
    }
    const misconfigured = expect.objectContaining({ code: 'KitMisconfigured' })
    await expect(bucket.head('other/x')).rejects.toEqual(misconfigured)
    await expect(bucket.remove('.trash/other/x')).rejects.toEqual(misconfigured)
  })
})

describe('with strict signature mode', () => {
  const cloud = useTestCloud()
  beforeAll(async () => {
    const asRoot = signedRequests(() => cloud)
    const query = { 'strict-signature': '' }
    const { status } = await asRoot('PUT', '', { query, body: STRICT_SIGNATURE })
    expect(status).toBe(200)
  })

  test.each(['keys', 'signature'] as const)('the client works unchanged, by %s', async (mode) => {
    const { cos } = createTestPhone(cloud, ALICE, {}, { mode })
    const { prefix } = await cos.caller()
    const Key = `${prefix}${mode}`
    await cos.putObject({ Key, Body: 'x', 'x-cos-meta-a': 'b', StorageClass: 'STANDARD_IA' })
    expect((await cos.getObject({ Key, ResponseContentType: 'text/plain' })).Body).toBe('x')
    expect((await cos.getBucket({ Delimiter: '/' })).Contents).not.toHaveLength(0)
    const { pathname, search } = new URL(await cos.getObjectUrl({ Key }))
    expect((await send(cloud.cos, { path: pathname + search })).body).toBe('x')
  })

  test('nothing unsigned can be added to a URL or a request', async () => {
    const { cos } = createTestPhone(cloud, ALICE)
    const { prefix } = await cos.caller()
    const Key = `${prefix}strict`
    await cos.putObject({ Key, Body: 'x' })
    const { pathname, search } = new URL(await cos.getObjectUrl({ Key }))
    const changed = `${pathname}${search}&response-content-type=text/html`
    expect((await send(cloud.cos, { path: changed })).status).toBe(403)
    const Authorization = signByOfficialSdk({ key: Key, headers: { Host: HOST } })
    const added = { Authorization, 'x-cos-meta-added': '1' }
    expect((await send(cloud.cos, { path: `/${Key}`, headers: added })).status).toBe(403)
  })
})
