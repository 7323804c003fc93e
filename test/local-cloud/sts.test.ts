import { createHmac } from 'node:crypto'
import { Agent } from 'node:http'
import { createConnection } from 'node:net'
import { sts } from 'tencentcloud-sdk-nodejs-sts'
import { BUCKET, REGION, ROOT_KEY, useTestCloud } from '../support/testCloud'

const cloud = useTestCloud({ clock: () => Date.now() + shift })
let shift = 0

const POLICY = {
  version: '2.0',
  statement: [
    {
      effect: 'allow',
      action: ['name/cos:GetObject'],
      resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/a/*`],
    },
  ],
}

/** Tencent's own SDK, connected to the local STS. */
function client(credential: { secretId: string; secretKey: string; token?: string }) {
  const { hostname, port } = new URL(cloud.sts)
  const agent = new Agent()
  Object.assign(agent, {
    createConnection: () => createConnection({ host: hostname, port: Number(port) }),
  })
  return new sts.v20180813.Client({
    credential,
    region: REGION,
    profile: { httpProfile: { protocol: 'http://', endpoint: 'sts.tencentcloudapi.com', agent } },
  } as ConstructorParameters<typeof sts.v20180813.Client>[0])
}
const root = () => client({ secretId: ROOT_KEY.SecretId, secretKey: ROOT_KEY.SecretKey })
const ask = (change: object = {}) => ({
  Name: 'tester',
  Policy: encodeURIComponent(JSON.stringify(POLICY)),
  DurationSeconds: 1800,
  ...change,
})
const policy = (change: object) => ({
  Policy: encodeURIComponent(JSON.stringify({ ...POLICY, ...change })),
})

test('issues a key to the official SDK for the requested time', async () => {
  const { Credentials, ExpiredTime, RequestId } = await root().GetFederationToken(ask())
  expect(Credentials?.TmpSecretId).toMatch(/^AKID/)
  expect(Credentials?.Token?.length).toBeLessThan(4096)
  expect(Math.abs((ExpiredTime ?? 0) - Date.now() / 1000 - 1800)).toBeLessThan(5)
  expect(RequestId).toBeDefined()
})

test.each<[string, object, string]>([
  ['no name', { Name: undefined }, 'MissingParameter'],
  ['digits in the name', { Name: 'user1' }, 'InvalidParameter.ParamError'],
  ['no policy', { Policy: undefined }, 'MissingParameter'],
  ['a policy that is not JSON', { Policy: 'x' }, 'InvalidParameter.StrategyFormatError'],
  ['a policy of another version', policy({ version: '1.0' }), 'InvalidParameter.StrategyInvalid'],
  [
    'a policy with a principal',
    policy({ principal: { qcs: ['*'] } }),
    'InvalidParameter.StrategyInvalid',
  ],
  [
    'a resource without six segments',
    policy({ statement: [{ ...POLICY.statement[0], resource: ['media/a/*'] }] }),
    'InvalidParameter.ResouceError',
  ],
  [
    'an unknown condition operator',
    policy({
      statement: [{ ...POLICY.statement[0], condition: { string_sounds_like: { 'qcs:ip': 'x' } } }],
    }),
    'InvalidParameter.StrategyInvalid',
  ],
  [
    'a policy that is too long',
    policy({
      statement: [
        { ...POLICY.statement[0], resource: Array(200).fill(POLICY.statement[0]?.resource[0]) },
      ],
    }),
    'InvalidParameter.PolicyTooLong',
  ],
  [
    'two hours and a second for a root key',
    { DurationSeconds: 7201 },
    'InvalidParameter.OverTimeError',
  ],
  ['a duration of 0', { DurationSeconds: 0 }, 'InvalidParameter.OverTimeError'],
])('refuses %s', async (_, change, code) => {
  await expect(root().GetFederationToken(ask(change))).rejects.toMatchObject({ code })
})

test('refuses a wrong secret, an unknown id, and a clock that is off by ten minutes', async () => {
  await expect(
    client({ secretId: ROOT_KEY.SecretId, secretKey: 'wrong' }).GetFederationToken(ask()),
  ).rejects.toMatchObject({ code: 'AuthFailure.SignatureFailure' })
  await expect(
    client({ secretId: 'AKIDnobody', secretKey: 'x' }).GetFederationToken(ask()),
  ).rejects.toMatchObject({ code: 'AuthFailure.SecretIdNotFound' })
  shift = 600_000
  const late = expect(root().GetFederationToken(ask())).rejects.toMatchObject({
    code: 'AuthFailure.SignatureExpire',
  })
  await late
  shift = 0
})

test('refuses to issue a key to a temporary key', async () => {
  const { Credentials } = await root().GetFederationToken(ask())
  const temporary = client({
    secretId: Credentials?.TmpSecretId ?? '',
    secretKey: Credentials?.TmpSecretKey ?? '',
    token: Credentials?.Token ?? '',
  })
  await expect(temporary.GetFederationToken(ask())).rejects.toMatchObject({
    code: 'FailedOperation.TempKeyNotAllowed',
  })
})

test('refuses an unsupported action by name', async () => {
  await expect(root().QueryApiKey({} as never)).rejects.toMatchObject({ code: 'InvalidAction' })
})

describe('AssumeRole', () => {
  const RoleArn = 'qcs::cam::uin/100000000001:roleName/local'
  const RoleSessionName = 'oAlice_1-2.3'

  const withKey = async (Policy: object) => {
    const { Credentials } = await root().GetFederationToken(
      ask({ Policy: encodeURIComponent(JSON.stringify(Policy)) }),
    )
    return client({
      secretId: Credentials?.TmpSecretId ?? '',
      secretKey: Credentials?.TmpSecretKey ?? '',
      token: Credentials?.Token ?? '',
    })
  }

  test('issues a key of a role to a permanent key, and to a temporary one that is allowed', async () => {
    const own = await root().AssumeRole({ RoleArn, RoleSessionName })
    expect(own.Credentials?.TmpSecretId).toMatch(/^AKID/)
    const allowed = { effect: 'allow', action: ['name/sts:AssumeRole'], resource: ['*'] }
    const temporary = await withKey({ version: '2.0', statement: [allowed] })
    const again = await temporary.AssumeRole({ RoleArn, RoleSessionName, DurationSeconds: 43200 })
    expect(again.Credentials?.TmpSecretId).toMatch(/^AKID/)
  })

  test('a restricted key cannot obtain more permissions by a role', async () => {
    const narrow = await withKey(POLICY)
    await expect(narrow.AssumeRole({ RoleArn, RoleSessionName })).rejects.toMatchObject({
      code: 'UnauthorizedOperation',
    })
  })

  test('a parameter named like a property of Object.prototype has no effect', async () => {
    const body =
      'Action=a&Version=2018-08-13&Timestamp=1&Nonce=1&SecretId=x&Signature=x&__proto__.0.key=polluted'
    await fetch(cloud.sts, {
      method: 'POST',
      body,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    })
    expect(({} as Record<string, unknown>)[0]).toBeUndefined()
  })

  test.each<[string, object, string]>([
    [
      'a role that does not exist',
      { RoleArn: 'qcs::cam::uin/1:roleName/none' },
      'ResourceNotFound.RoleNotFound',
    ],
    ['an invalid role', { RoleArn: 'role' }, 'InvalidParameter.ParamError'],
    ['a session without name', { RoleSessionName: undefined }, 'MissingParameter'],
    [
      'a session with a space in its name',
      { RoleSessionName: 'a b' },
      'InvalidParameter.ParamError',
    ],
    ['more than twelve hours', { DurationSeconds: 43201 }, 'InvalidParameter.OverTimeError'],
  ])('refuses %s', async (_, change, code) => {
    const params = { RoleArn, RoleSessionName, ...change }
    await expect(root().AssumeRole(params)).rejects.toMatchObject({ code })
  })
})

test('GetCallerIdentity distinguishes root and temporary keys', async () => {
  const owner = await root().GetCallerIdentity({} as never)
  expect(owner.UserId).toBe(owner.AccountId)
  const { Credentials } = await root().GetFederationToken(ask())
  const temporary = await client({
    secretId: Credentials?.TmpSecretId ?? '',
    secretKey: Credentials?.TmpSecretKey ?? '',
    token: Credentials?.Token ?? '',
  }).GetCallerIdentity({} as never)
  expect(temporary.UserId).not.toBe(temporary.AccountId)
  expect(temporary.Arn).toContain('federated-user/tester')
})

describe('API version 1', () => {
  /** Signs as qcloud-cos-sts does: HmacSHA1 over the values without encoding. */
  const call = async (params: Record<string, string>, secret = ROOT_KEY.SecretKey) => {
    const fields: Record<string, string> = {
      Action: 'GetFederationToken',
      Version: '2018-08-13',
      Region: REGION,
      SecretId: ROOT_KEY.SecretId,
      Timestamp: String(Math.floor(Date.now() / 1000)),
      Nonce: '12345',
      Name: 'cos-sts-nodejs',
      Policy: encodeURIComponent(JSON.stringify(POLICY)),
      DurationSeconds: '1800',
      ...params,
    }
    const text = Object.keys(fields)
      .sort()
      .map((name) => `${name}=${fields[name]}`)
      .join('&')
    const hash = fields.SignatureMethod === 'HmacSHA256' ? 'sha256' : 'sha1'
    fields.Signature = createHmac(hash, secret)
      .update(`POSTsts.tencentcloudapi.com/?${text}`)
      .digest('base64')
    const response = await fetch(cloud.sts, { method: 'POST', body: new URLSearchParams(fields) })
    return (
      (await response.json()) as { Response: { Credentials?: object; Error?: { Code: string } } }
    ).Response
  }

  test('signs with HmacSHA1, or HmacSHA256', async () => {
    expect((await call({})).Credentials).toBeDefined()
    expect((await call({ SignatureMethod: 'HmacSHA256' })).Credentials).toBeDefined()
  })

  test('is refused with a wrong secret, or expired', async () => {
    expect((await call({}, 'wrong')).Error?.Code).toBe('AuthFailure.SignatureFailure')
    expect((await call({ Timestamp: '1700000000' })).Error?.Code).toBe(
      'AuthFailure.SignatureExpire',
    )
  })
})
