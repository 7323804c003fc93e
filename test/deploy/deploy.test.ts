import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import COS from 'cos-nodejs-sdk-v5'
import type { Outcome } from '../support/commandLine'
import {
  type DeployProject,
  ENV,
  envText,
  FUNCTION_KEY,
  ROOT,
  startDeployProject,
} from '../support/deployProject'
import { type FunctionAnswer, sendWithKey } from '../support/functionCalls'
import { ALICE, BUCKET, REGION } from '../support/testCloud'

// Each test runs commands, which are slow on a busy machine.
jest.setTimeout(180_000)

let deployment: DeployProject
beforeAll(async () => {
  deployment = await startDeployProject()
})
afterAll(() => deployment.end())

/** `npm run deploy`, as its user runs it. None of its output may ever hold a secret. */
async function deploy(...args: string[]): Promise<Outcome> {
  const outcome = await deployment.project.run('deploy', ['--yes', ...args])
  for (const secret of deployment.secrets) {
    expect(outcome.stdout + outcome.stderr).not.toContain(secret)
  }
  return outcome
}

async function deployWith(variables: Record<string, string>, ...args: string[]): Promise<Outcome> {
  deployment.project.write('.env', envText({ ...deployment.variables, ...variables }))
  try {
    return await deploy(...args)
  } finally {
    deployment.project.write('.env', envText(deployment.variables))
  }
}

const BUCKET_PARAMS = { Bucket: BUCKET, Region: REGION }

/** Lets everybody read below a path. */
const openByPolicy = (cos: COS, path: string) =>
  cos.putBucketPolicy({
    ...BUCKET_PARAMS,
    Policy: {
      version: '2.0',
      Statement: [
        {
          effect: 'allow',
          principal: { qcs: ['qcs::cam::anyone:anyone'] },
          action: ['name/cos:GetObject'],
          resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/${path}`],
        },
      ],
    } as never,
  })

const deployed = (name = 'cos-credentials') => {
  const one = deployment.plane.functions.all.get(name)
  if (!one) throw new Error(`${name} is not deployed`)
  return one
}
const changes = () => deployment.plane.calls.filter((call) => /^(Create|Update|Delete)/.test(call))
beforeEach(() => {
  deployment.plane.calls.length = 0
  deployment.plane.failures = {}
})

describe('checks before anything is changed', () => {
  afterEach(() => expect(changes()).toEqual([]))

  test('--dry-run prints the plan with the keys masked', async () => {
    const { status, stdout } = await deploy('--dry-run')
    expect(stdout).toContain('create    cos-credentials  Nodejs20.19, 256 MB, 20 s')
    expect(stdout).toContain('create    cos-signature')
    expect(stdout).toContain('COS_STS_SECRET_ID=AKID…0001  new')
    expect(stdout).toContain('COS_STS_SECRET_KEY=****  new')
    expect(stdout).toContain('strict signatures')
    expect(stdout).not.toContain('cross-origin')
    expect(stdout).toContain('Nothing was changed (--dry-run).')
    expect(status).toBe(0)
  })

  test.each([
    [
      'refuses the root key',
      {
        TENCENTCLOUD_SECRET_ID: ROOT.SecretId,
        TENCENTCLOUD_SECRET_KEY: ROOT.SecretKey,
        TENCENTCLOUD_TOKEN: '',
      },
      'RootKey',
      'sub-account',
    ],
    [
      'refuses the root key for the functions',
      { COS_STS_SECRET_ID: ROOT.SecretId, COS_STS_SECRET_KEY: ROOT.SecretKey },
      'RootKey',
      'COS_STS_SECRET_ID',
    ],
    [
      'reports a wrong SecretKey',
      { TENCENTCLOUD_SECRET_KEY: 'wrongwrongwrongwrong1234' },
      'SecretKeyWrong',
      'GetCallerIdentity',
    ],
    [
      'reports an unknown SecretId',
      { TENCENTCLOUD_SECRET_ID: 'AKIDnobodyknowsthisone' },
      'SecretIdUnknown',
      'CAM console',
    ],
    [
      'refuses the deploying key for the functions',
      {
        TENCENTCLOUD_SECRET_ID: FUNCTION_KEY.SecretId,
        TENCENTCLOUD_SECRET_KEY: FUNCTION_KEY.SecretKey,
        TENCENTCLOUD_TOKEN: '',
      },
      'SameKey',
      'npm run policy',
    ],
    ['requires a key for the functions', { COS_STS_SECRET_KEY: '' }, 'FunctionKeyMissing', '.env'],
  ])('%s', async (_, variables, code, text) => {
    const { status, stderr } = await deployWith(variables)
    expect(stderr).toContain(code)
    expect(stderr).toContain(text)
    expect(stderr).toContain('Nothing was changed.')
    expect(status).toBe(1)
  })

  test('refuses a key of another account', async () => {
    const [, holder] = deployment.plane.keys
    if (!holder) throw new Error('no such key')
    holder.account = '100000000099'
    const { stderr } = await deploy()
    holder.account = '100000000001'
    expect(stderr).toContain('OtherAccount')
  })

  test('reports an unknown environment', async () => {
    deployment.project.configure([ENV, 'other-env'])
    const { stderr, status } = await deploy()
    deployment.project.configure(['other-env', ENV])
    expect(stderr).toContain('EnvironmentUnknown')
    expect(stderr).toContain('other-env')
    expect(status).toBe(1)
  })

  test('names the region of a bucket that is in another one', async () => {
    deployment.project.configure(['media-1250000000', 'elsewhere-1250000000'])
    const { stderr, status } = await deploy()
    deployment.project.configure(['elsewhere-1250000000', 'media-1250000000'])
    expect(stderr).toMatch(/RegionWrong\n.*ap-beijing/)
    expect(status).toBe(1)
  })

  test('invalid access rules are refused before any call', async () => {
    deployment.project.configure(["'private/{openid}/**'", "'private/x{openid}/**'"])
    const { stderr } = await deploy()
    deployment.project.configure(["'private/x{openid}/**'", "'private/{openid}/**'"])
    expect(stderr).toContain('private/x{openid}')
    expect(deployment.plane.calls).toEqual([])
  })

  test.each([
    ['--no-bucket', ['--no-bucket']],
    ['--only cos-signature', ['--only', 'cos-signature']],
  ])('%s refuses a bucket without strict signatures', async (_, args) => {
    const { stderr, status } = await deploy(...args)
    expect(stderr).toContain(`StrictSignatureOff\n`)
    expect(stderr).toContain(`cos-signature, ${BUCKET}`)
    expect(stderr).toContain('--allow-lax-signatures')
    expect(stderr).toContain('Nothing was changed.')
    expect(status).toBe(1)
  })

  test('--no-bucket names the option when the deployer may not read the rule', async () => {
    deployment.plane.override = ({ url = '' }) =>
      url.includes('strict-signature') ? [403, 'AccessDenied'] : undefined
    const { stderr, status } = await deploy('--no-bucket')
    deployment.plane.override = () => undefined
    expect(stderr).toMatch(/BucketForbidden\n.*GetBucketStrictSignature; --allow-lax-signatures/)
    expect(status).toBe(1)
  })

  test('--no-bucket leaves the collections of the database as they are, and the plan says so', async () => {
    const edit = ["'private/{openid}/**': {", "'private/{openid}/**': { trash: '30 days',"] as const
    deployment.project.configure([...edit])
    const { stdout, status } = await deploy('--dry-run', '--no-bucket', '--allow-lax-signatures')
    deployment.plane.failures = { DescribeDatabaseACL: 'InternalError' }
    const failed = await deploy('--dry-run')
    deployment.project.configure([edit[1], edit[0]])
    expect(stdout).toContain('permission of cos_trash: not checked, not changed')
    expect(status).toBe(0)
    // Not every refusal means that the collection is missing.
    expect(failed.stderr).toMatch(
      /CloudRefused\n.*DescribeDatabaseACL cos_trash, InternalError, RequestId /,
    )
    expect(failed.status).toBe(1)
  })

  test('cos-credentials alone does not need strict signatures, nor does --allow-lax-signatures', async () => {
    const alone = await deploy('--dry-run', '--only', 'cos-credentials')
    const allowed = await deploy('--dry-run', '--no-bucket', '--allow-lax-signatures')
    expect([alone.stderr, alone.status]).toEqual(['', 0])
    expect([allowed.stderr, allowed.status]).toEqual(['', 0])
  })

  test.each([
    [
      'an ACL',
      (cos: COS) => cos.putBucketAcl({ ...BUCKET_PARAMS, ACL: 'public-read' }),
      'AllUsers',
    ],
    [
      'a policy that opens the private folders',
      (cos: COS) => openByPolicy(cos, 'priv*'),
      'policy statement 0: private/',
    ],
    ['a policy that opens everything', (cos: COS) => openByPolicy(cos, '*'), 'private/'],
  ])('a bucket that is public by %s is refused', async (_, open, text) => {
    const cos = new COS({ ...FUNCTION_KEY, Proxy: deployment.cloud.cos, Protocol: 'http:' })
    await open(cos)
    const { stderr, status } = await deploy('--dry-run')
    await cos.putBucketAcl({ ...BUCKET_PARAMS, ACL: 'private' })
    await cos.deleteBucketPolicy(BUCKET_PARAMS)
    expect(stderr).toContain('BucketPublic\n')
    expect(stderr).toContain(text)
    expect(status).toBe(1)
  })

  test('a policy that opens a path of no access rule is accepted', async () => {
    const cos = new COS({ ...FUNCTION_KEY, Proxy: deployment.cloud.cos, Protocol: 'http:' })
    await openByPolicy(cos, 'assets/*')
    const { stderr, status } = await deploy('--dry-run')
    await cos.deleteBucketPolicy(BUCKET_PARAMS)
    expect([stderr, status]).toEqual(['', 0])
  })

  test('warns about a functions key with too many rights', async () => {
    const key = deployment.plane.keys.find(({ SecretId }) => SecretId === FUNCTION_KEY.SecretId)
    Object.assign(key ?? {}, { isLimited: false })
    const { stdout, status } = await deploy('--dry-run')
    Object.assign(key ?? {}, { isLimited: true })
    expect(stdout).toMatch(/! FunctionKeyTooPowerful\n.*cos:GetService, .*tcb:DescribeEnvInfo/)
    expect(stdout).toContain('npm run policy')
    expect(status).toBe(0)
  })

  test('refuses code that is too large to upload', async () => {
    const file = 'cloudfunctions/cos-signature/src/index.ts'
    const source = deployment.project.read(file)
    const noise = randomBytes(2_000_000).toString('base64')
    deployment.project.write(file, `${source}\nconsole.log(${JSON.stringify(noise)})\n`)
    const { stderr, status } = await deploy('--only', 'cos-signature')
    deployment.project.write(file, source)
    expect(stderr).toMatch(/^\nCodeTooLarge\n.*cos-signature, [2-9]\.\d MB/)
    expect(stderr).toContain('Nothing was changed.')
    expect(status).toBe(1)
  })

  test('an unknown option or function ends with one line and status 2', async () => {
    const outcomes = [
      await deploy('--only', 'nothing'),
      await deploy('--cors', 'everything'),
      await deploy('--max-instances', 'few'),
    ]
    expect(outcomes.map(({ status }) => status)).toEqual([2, 2, 2])
    for (const { stderr } of outcomes) expect(stderr.trim().split('\n')).toHaveLength(1)
  })
})

describe('the first deployment', () => {
  test('sets strict signatures, creates and invokes both functions, and configures the bucket', async () => {
    const { status, stdout, stderr } = await deploy()
    expect(stderr).toBe('')
    // Nobody can call cos-signature before COS checks what it signs.
    expect(stdout.indexOf('✓ strict signatures')).toBeGreaterThan(0)
    expect(stdout.indexOf('✓ strict signatures')).toBeLessThan(stdout.indexOf('creating it'))
    expect(stdout).not.toContain('FunctionKeyTooPowerful')
    expect(stdout).toContain('✓ cos-credentials runs, and refuses a caller without identity')
    expect(stdout).toContain('✓ cos-signature runs')
    expect(stdout).toContain('✓ strict signatures')
    expect(stdout).toContain('✓ lifecycle rule abort-stale-multipart')
    expect(status).toBe(0)
    expect(changes()).toEqual(['CreateFunction', 'CreateFunction'])
    const { Runtime, Handler, MemorySize, Timeout, variables } = deployed()
    expect([Runtime, Handler, MemorySize, Timeout]).toEqual(['Nodejs20.19', 'index.main', 256, 20])
    expect(stdout).toContain('· cos-credentials: at most 20 instances at once')
    expect(deployed().reserved).toBe(20 * 256)
    expect(variables).toEqual({
      COS_STS_SECRET_ID: FUNCTION_KEY.SecretId,
      COS_STS_SECRET_KEY: FUNCTION_KEY.SecretKey,
    })
  }, 120_000)

  test('the uploaded code issues a key that works for its caller only', async () => {
    const answer = (await deployment.plane.functions.call('cos-credentials', {
      openid: ALICE,
      appid: 'wx0000000000000000',
      source: 'wx_client',
    })) as FunctionAnswer
    expect(answer.prefix).toBe(`private/${ALICE}/`)
    const put = (key: string) =>
      sendWithKey(deployment.cloud, answer, { method: 'PUT', key, body: 'mine' })
    expect((await put(`private/${ALICE}/a.txt`)).status).toBe(200)
    expect((await put('private/oSomebodyElse0123456789abcd/a.txt')).status).toBe(403)
  })
})

describe('a repeated deployment', () => {
  test('updates the code and leaves the rest unchanged', async () => {
    const { status, stdout } = await deploy()
    expect(stdout).toContain('update    cos-credentials')
    expect(stdout).toContain(
      'abort-stale-multipart: parts of unfinished uploads are removed after 7 days  (is set)',
    )
    expect(changes()).toEqual(['UpdateFunctionCode', 'UpdateFunctionCode'])
    expect(status).toBe(0)
  }, 120_000)

  test('--max-instances sets or keeps the limit, and reports a platform that refuses it', async () => {
    await deploy('--only', 'cos-credentials', '--max-instances', '5')
    expect(deployed().reserved).toBe(5 * 256)
    await deploy('--only', 'cos-credentials', '--max-instances', '0')
    expect(deployed().reserved).toBe(5 * 256)
    deployment.plane.failures = { PutReservedConcurrencyConfig: 'UnauthorizedOperation' }
    const { stdout, status } = await deploy('--only', 'cos-credentials')
    expect(stdout).toContain(
      '! cos-credentials: instances are not limited: this key lacks the permission for it',
    )
    expect(status).toBe(0)
  }, 120_000)

  test('keeps variables set by hand and corrects its own', async () => {
    deployed().variables = { MY_FLAG: 'hand-made', COS_STS_SECRET_ID: 'AKIDsomethingold' }
    const { status, stdout } = await deploy('--only', 'cos-credentials')
    expect(stdout).toContain('MY_FLAG  kept')
    expect(stdout).toContain('COS_STS_SECRET_ID=AKID…0001  changed')
    expect(stdout).not.toContain('bucket')
    expect(deployed().variables).toEqual({
      MY_FLAG: 'hand-made',
      COS_STS_SECRET_ID: FUNCTION_KEY.SecretId,
      COS_STS_SECRET_KEY: FUNCTION_KEY.SecretKey,
    })
    expect(changes()).toEqual(['UpdateFunctionCode', 'UpdateFunctionConfiguration'])
    expect(status).toBe(0)
  }, 120_000)

  test('refuses variables that exceed 4 KB before anything is changed', async () => {
    const { variables } = deployed()
    deployed().variables = { ...variables, MINE: 'x'.repeat(4096) }
    const { stderr } = await deploy('--only', 'cos-credentials')
    deployed().variables = variables
    expect(stderr).toContain('VariablesTooLong')
    expect(changes()).toEqual([])
  })

  test('reports code that differs from what was uploaded', async () => {
    deployment.plane.staleCode = deployed('cos-signature').zip
    const { stderr, status } = await deploy('--only', 'cos-credentials')
    deployment.plane.staleCode = undefined
    expect(stderr).toContain('CodeDiffers\n')
    expect(status).toBe(1)
  })

  test('requires --recreate for another runtime, and keeps the variables', async () => {
    Object.assign(deployed(), { Runtime: 'Nodejs16.13', variables: { MY_FLAG: 'hand-made' } })
    const refused = await deploy('--only', 'cos-credentials')
    expect(refused.stderr).toContain('RuntimeDiffers')
    expect(changes()).toEqual([])
    const { status, stderr } = await deploy('--only', 'cos-credentials', '--recreate')
    expect(stderr).toBe('')
    expect(changes()).toEqual(['DeleteFunction', 'CreateFunction'])
    expect([deployed().Runtime, deployed().variables.MY_FLAG]).toEqual(['Nodejs20.19', 'hand-made'])
    expect(status).toBe(0)
  }, 120_000)
})

describe('a failure while functions are deployed', () => {
  test.each([
    ['the network is cut', 'UpdateFunctionCode', 'cut', 'Unreachable'],
    ['an update is refused', 'UpdateFunctionCode', 'FailedOperation', 'CloudRefused'],
    ['the key has no right to', 'UpdateFunctionCode', 'UnauthorizedOperation', 'NotAuthorized'],
    ['a function cannot be called', 'Invoke', 'InternalError', 'CloudRefused'],
  ])(
    '%s: reports what is done, what is not, and how to continue',
    async (_, action, failures, code) => {
      deployment.plane.failures = { [action]: failures }
      const { status, stderr } = await deploy()
      expect(stderr).toContain(`${code}\n`)
      expect(stderr).toContain(action)
      expect(stderr).toContain('done      nothing yet')
      expect(stderr).toContain('not done  cos-credentials, cos-signature')
      expect(stderr).toContain('run the same command again')
      expect(status).toBe(1)
    },
    120_000,
  )
})

describe('a failure after the functions were deployed', () => {
  const place = { Bucket: BUCKET, Region: REGION }
  const cosOfOwner = () =>
    new COS({ ...FUNCTION_KEY, Proxy: deployment.cloud.cos, Protocol: 'http:' })

  test('reports what is done, and the same command does the rest', async () => {
    await cosOfOwner().deleteBucketLifecycle(place)
    deployment.plane.override = ({ method, url = '' }) =>
      method === 'PUT' && url.includes('lifecycle') ? [403, 'AccessDenied'] : undefined
    const failed = await deploy()
    deployment.plane.override = () => undefined
    expect(failed.stderr).toContain('BucketForbidden\n')
    expect(failed.stderr).toMatch(
      /done {6}cos-(credentials|signature), cos-(credentials|signature)\n/,
    )
    expect(failed.stderr).toContain('not done  lifecycle rule abort-stale-multipart')
    expect(failed.status).toBe(1)
    const { stdout, stderr, status } = await deploy()
    expect([stderr, status]).toEqual(['', 0])
    expect(stdout).toContain('✓ lifecycle rule abort-stale-multipart')
  })
})

describe('--rollback', () => {
  test('restores the code that was replaced', async () => {
    const before = deployed('cos-signature').zip
    deployment.project.configure(['shared/{openid}', 'given/{openid}'])
    await deploy('--only', 'cos-signature')
    deployment.project.configure(['given/{openid}', 'shared/{openid}'])
    const between = deployed('cos-signature').zip
    const { status, stdout } = await deploy('--only', 'cos-signature', '--rollback')
    expect(stdout).toContain('the previous one')
    expect(status).toBe(0)
    const { unzip } = await import('../support/controlPlaneFunctions')
    const code = (zip: Buffer) => unzip(zip).get('index.js')?.toString('utf8')
    expect(code(between)).not.toBe(code(before))
    expect(code(deployed('cos-signature').zip)).toBe(code(before))
  }, 120_000)

  test('reports that there is no previous code', async () => {
    rmSync(deployment.project.path('.deploy'), { recursive: true })
    const { stderr, status } = await deploy('--only', 'cos-credentials', '--rollback')
    expect(stderr).toContain('NoPrevious')
    expect(status).toBe(1)
  })
})

describe('the bucket', () => {
  test('gets a cross-origin rule only with --cors, and keeps other rules', async () => {
    const place = { Bucket: BUCKET, Region: REGION }
    const cos = new COS({ ...FUNCTION_KEY, Proxy: deployment.cloud.cos, Protocol: 'http:' })
    const own = { ID: 'own', AllowedOrigins: ['https://example.com'], AllowedMethods: ['GET'] }
    expect((await cos.getBucketCors(place)).CORSRules).toEqual([])
    await cos.putBucketCors({ ...place, CORSRules: [own] as never })
    const { stdout, status } = await deploy('--cors', 'http://localhost:8080')
    expect(stdout).toContain('✓ cross-origin rule for http://localhost:8080')
    expect(status).toBe(0)
    const { CORSRules } = await cos.getBucketCors(place)
    expect(
      (CORSRules as unknown as { AllowedOrigins: string[] }[]).flatMap(
        (rule) => rule.AllowedOrigins,
      ),
    ).toEqual(['https://example.com', 'http://localhost:8080'])
    const { Rules } = await cos.getBucketLifecycle(place)
    expect(Rules[0]?.ID).toBe('abort-stale-multipart')
    const strict = await cos.request({
      ...place,
      Method: 'GET',
      Action: 'strict-signature',
      RawBody: true,
    })
    expect(String(strict.Body)).toContain('<header>x-cos-*</header>')
  }, 120_000)

  test('sets a lifecycle rule that empties the trash, keeps the others, and closes the collection to phones', async () => {
    const edit = ["'private/{openid}/**': {", "'private/{openid}/**': { trash: '30 days',"] as const
    deployment.project.configure([...edit])
    const { stdout } = await deploy()
    const again = await deploy('--dry-run')
    deployment.project.configure([edit[1], edit[0]])
    expect(stdout).toContain(
      '✓ lifecycle rules that empty the trash, after days: .trash/private/ 30',
    )
    expect(again.stdout).toContain('.trash/private/ 30  (is set)')
    expect(stdout).toContain('✓ collection cos_trash: only functions may read and write it')
    expect(again.stdout).toContain('(ADMINONLY)  (is set)')
    expect([...deployment.plane.collections]).toEqual([['cos_trash', 'ADMINONLY']])
    const cos = new COS({ ...FUNCTION_KEY, Proxy: deployment.cloud.cos, Protocol: 'http:' })
    const { Rules } = await cos.getBucketLifecycle(BUCKET_PARAMS)
    expect(Rules).toEqual([
      expect.objectContaining({ ID: 'abort-stale-multipart' }),
      expect.objectContaining({
        Status: 'Enabled',
        Filter: { Prefix: '.trash/private/' },
        Expiration: { Days: '30' },
      }),
    ])
  }, 120_000)
})
