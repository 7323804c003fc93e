import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type COS from 'cos-nodejs-sdk-v5'
import type { CloudErrorCode } from '../../packages/cli/src/cloud/errors'
import type { ControlPlane } from '../support/controlPlane'
import { zip } from '../support/controlPlaneFunctions'
import {
  type DeployProject,
  ENV,
  envText,
  FUNCTION_KEY,
  ROOT,
  TEMPORARY,
} from '../support/deployProject'
import { BUCKET, REGION } from '../support/testCloud'

const place = { Bucket: BUCKET, Region: REGION }

/** What the errors are introduced into; filled in before the tests run. */
export interface ErrorContext {
  deployment: DeployProject
  /** The bucket's owner. */
  cos: COS
}

/** How an error is introduced and removed. */
interface Change {
  introduce: () => unknown
  restore: () => unknown
}

/** An error of a deployment. */
export interface DeploymentError extends Change {
  title: string
  code: CloudErrorCode
  /** Part of the fix that is printed. */
  fix: string
}

/** Error codes that a run of the doctor cannot produce here, and where they are tested. */
export const TESTED_ELSEWHERE: Partial<Record<CloudErrorCode, string>> = {
  NodeTooOld: 'there is one version of Node here: the check has a test of its own',
  DomainMissing: 'found with --domains only: it has a test of its own',
  CodeDiffers: 'of deploying: see deploy.test.ts',
  CodeTooLarge: 'of deploying: see deploy.test.ts',
  VariablesTooLong: 'of deploying: see deploy.test.ts',
  FunctionKeyTooPowerful: 'a warning: it has a test of its own',
  NoPrevious: 'of deploying: see deploy.test.ts',
}

/** The errors that one kind of change makes: each with the arguments of that change. */
function errorsBy<Args extends unknown[]>(
  change: (...args: Args) => Change,
  rows: [title: string, code: CloudErrorCode, fix: string, ...args: Args][],
): DeploymentError[] {
  return rows.map(([title, code, fix, ...args]) => ({ title, code, fix, ...change(...args) }))
}

const OBJECTS = `qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`
const HERE = { ip_equal: { 'qcs:ip': ['127.0.0.1', '::1', '::ffff:127.0.0.1'] } }
const ROOT_FUNCTION_KEY = {
  COS_STS_SECRET_ID: ROOT.SecretId,
  COS_STS_SECRET_KEY: ROOT.SecretKey,
}
const HELD_KEY = {
  COS_STS_SECRET_ID: FUNCTION_KEY.SecretId,
  COS_STS_SECRET_KEY: FUNCTION_KEY.SecretKey,
}
const deployingKey = (SecretId: string, SecretKey: string) => ({
  TENCENTCLOUD_SECRET_ID: SecretId,
  TENCENTCLOUD_SECRET_KEY: SecretKey,
  TENCENTCLOUD_TOKEN: '',
})

/** The errors that each check of the doctor finds. */
export function deploymentErrors(context: ErrorContext): DeploymentError[] {
  return [
    ...localErrors(context),
    ...cloudErrors(context),
    ...functionErrors(context),
    ...bucketErrors(context),
  ]
}

/** In the project: its tools, its configuration, and `.env`. */
function localErrors(context: ErrorContext): DeploymentError[] {
  const project = () => context.deployment.project
  const config = (from: string, to: string) => ({
    introduce: () => project().configure([from, to]),
    restore: () => project().configure([to, from]),
  })
  const tools = (from: string, to: string) =>
    project().write('package.json', project().read('package.json').replace(from, to))
  const env = (variables: Record<string, string>) => ({
    introduce: () =>
      project().write('.env', envText({ ...context.deployment.variables, ...variables })),
    restore: () => project().write('.env', envText(context.deployment.variables)),
  })
  const git = (...args: string[]) => {
    const { status, stderr } = spawnSync('git', args, { cwd: project().folder })
    if (status !== 0) throw new Error(String(stderr))
  }
  const shared = "'shared/{openid}/**': {"
  const quota = config(shared, `${shared} quota: '1 GB',`)
  const wrongKey = 'wrongwrongwrongwrong'
  return [
    {
      title: 'an outdated dependency',
      code: 'ToolsDiffer',
      fix: 'npm ci',
      introduce: () => tools('"esbuild": "', '"esbuild": "9.'),
      restore: () => tools('"esbuild": "9.', '"esbuild": "'),
    },
    ...errorsBy(config, [
      [
        'an invalid access rule',
        'ConfigInvalid',
        'rule',
        "'private/{openid}/**'",
        "'private/{openid}x/**'",
      ],
      ['a bucket without its APPID', 'ConfigInvalid', 'field', 'media-1250000000', 'media'],
      ['the sample environment', 'ConfigUnset', 'npm run setup', ENV, 'your-env-id'],
      [
        'path style',
        'PathStyle',
        'ForcePathStyle',
        'access: {',
        "addresses: ['pathStyle'],\n  access: {",
      ],
    ]),
    {
      title: 'an .env that other users can read',
      code: 'EnvFileExposed',
      fix: 'chmod 600 .env',
      introduce: () => project().chmod('.env', 0o644),
      restore: () => project().chmod('.env', 0o600),
    },
    {
      title: 'an .env that git tracks',
      code: 'EnvFileTracked',
      fix: '.gitignore',
      introduce() {
        git('init', '-q')
        git('add', '-f', '.env')
      },
      restore: () => rmSync(project().path('.git'), { recursive: true }),
    },
    ...errorsBy(env, [
      [
        'no deploying key',
        'DeployKeyMissing',
        'TENCENTCLOUD_SECRET_ID',
        { TENCENTCLOUD_SECRET_ID: '' },
      ],
      [
        'no key for the functions',
        'FunctionKeyMissing',
        'COS_STS_SECRET_KEY',
        { COS_STS_SECRET_KEY: '' },
      ],
      ['a malformed SecretId', 'KeyMalformed', 'AKID', { TENCENTCLOUD_SECRET_ID: 'KIDsomething' }],
      [
        'an unknown SecretId',
        'SecretIdUnknown',
        'new key',
        { TENCENTCLOUD_SECRET_ID: 'AKIDnobodyknowsthis' },
      ],
      ['a wrong SecretKey', 'SecretKeyWrong', 'same line', { TENCENTCLOUD_SECRET_KEY: wrongKey }],
      ['a wrong token', 'TokenRejected', 'new one', { TENCENTCLOUD_TOKEN: 'expired-long-ago' }],
      [
        "the root account's key",
        'RootKey',
        'sub-account',
        deployingKey(ROOT.SecretId, ROOT.SecretKey),
      ],
      ["the root account's key in the functions", 'RootKey', 'sub-account', ROOT_FUNCTION_KEY],
      [
        'a temporary key in the functions',
        'FunctionKeyTemporary',
        'permanent key',
        { COS_STS_SECRET_ID: TEMPORARY.SecretId, COS_STS_SECRET_KEY: TEMPORARY.SecretKey },
      ],
      [
        'a wrong key for the functions',
        'SecretKeyWrong',
        'same line',
        { COS_STS_SECRET_KEY: wrongKey },
      ],
      [
        'one key for both',
        'SameKey',
        'second sub-account',
        { ...deployingKey(FUNCTION_KEY.SecretId, FUNCTION_KEY.SecretKey), ...HELD_KEY },
      ],
    ]),
    ...errorsBy(config, [
      ['an unknown environment', 'EnvironmentUnknown', 'env in cos.config.ts', ENV, 'other-env'],
      ['a missing bucket', 'BucketUnknown', '-APPID', 'media-1250000000', 'nowhere-1250000000'],
      [
        'a bucket in another region',
        'RegionWrong',
        'region',
        'media-1250000000',
        'elsewhere-1250000000',
      ],
      [
        'a trash that nothing empties',
        'TrashKept',
        'npm run deploy',
        shared,
        `${shared} trash: '30 days',`,
      ],
    ]),
    {
      title: 'a collection that phones may write to',
      code: 'CollectionOpen',
      fix: 'ADMINONLY',
      introduce() {
        quota.introduce()
        context.deployment.plane.collections.set('cos_quotas', 'PRIVATE')
      },
      restore: quota.restore,
    },
  ]
}

/** In the account, on the way to it, and in what its APIs answer. */
function cloudErrors(context: ErrorContext): DeploymentError[] {
  const plane = () => context.deployment.plane
  const failure = (action: string, code: string) => ({
    introduce: () => Object.assign(plane().failures, { [action]: code }),
    restore: () => Reflect.deleteProperty(plane().failures, action),
  })
  const state = (wrong: Partial<ControlPlane>, right: Partial<ControlPlane>) => ({
    introduce: () => Object.assign(plane(), wrong),
    restore: () => Object.assign(plane(), right),
  })
  const account = (account: string) => Object.assign(plane().keys[1] ?? {}, { account })
  /** COS says that an object does not exist only to those who may read it. */
  const missingToAll = ({ method, url = '' }: IncomingMessage): [number, string] | undefined =>
    method === 'GET' && /\/probe-2+\/[^?]+$/.test(url) ? [404, 'NoSuchKey'] : undefined
  return [
    {
      title: 'keys of two accounts',
      code: 'OtherAccount',
      fix: 'the account that owns',
      introduce: () => account('100000000099'),
      restore: () => account('100000000001'),
    },
    ...errorsBy(failure, [
      ['a broken network', 'Unreachable', 'proxy', 'GetCallerIdentity', 'cut'],
      [
        'an unexpected answer',
        'CloudRefused',
        'cloud.tencent.com/document/api',
        'GetCallerIdentity',
        'InternalError.Database',
      ],
      [
        'no permission to read the environment',
        'NotAuthorized',
        'Grant',
        'DescribeEnvInfo',
        'UnauthorizedOperation',
      ],
      [
        'a missing function',
        'FunctionNotDeployed',
        'npm run deploy',
        'GetFunction',
        'ResourceNotFound.Function',
      ],
      [
        'STS that issues no key',
        'StsRefused',
        'npm run policy',
        'GetFederationToken',
        'UnauthorizedOperation',
      ],
    ]),
    ...errorsBy(state, [
      ['a wrong clock', 'ClockOff', 'NTP', { clockOffset: 3600 }, { clockOffset: 0 }],
      [
        'an overdue environment',
        'EnvironmentNotReady',
        'overdue',
        { status: 'UNAVAILABLE' },
        { status: 'NORMAL' },
      ],
      [
        'a proxy that changes content',
        'ProbeDiffers',
        'proxy',
        { corruptsContent: true },
        { corruptsContent: false },
      ],
      [
        'folders that other users can read',
        'FolderOpen',
        'Do not go live',
        { override: missingToAll },
        { override: () => undefined },
      ],
    ]),
  ]
}

/** In what is deployed of cos-credentials. */
function functionErrors(context: ErrorContext): DeploymentError[] {
  const deployed = (change: object) => {
    let before: object
    const one = () => context.deployment.plane.functions.all.get('cos-credentials') ?? {}
    return {
      introduce() {
        before = { ...one() }
        Object.assign(one(), change)
      },
      restore: () => Object.assign(one(), before),
    }
  }
  const oldKey = { ...HELD_KEY, COS_STS_SECRET_KEY: 'anOlderSecret0123456789' }
  const code = (main: string) => ({ zip: zip('index.js', `exports.main = ${main}`) })
  return errorsBy(deployed, [
    ['a failed update', 'FunctionNotActive', 'state in the console', { Status: 'UpdateFailed' }],
    ['an old runtime', 'RuntimeDiffers', '--recreate', { Runtime: 'Nodejs16.13' }],
    ['a timeout of 3 seconds', 'FunctionDiffers', 'npm run deploy', { Timeout: 3 }],
    ['a function without its key', 'VariableMissing', 'keeps yours', { variables: { OTHER: 'x' } }],
    ['a function with an old key', 'FunctionKeyDiffers', 'npm run deploy', { variables: oldKey }],
    ['a function that fails', 'FunctionFails', 'log', code('() => { throw Error(1) }')],
    [
      'a function that answers anonymous calls',
      'FunctionOpen',
      'HTTP',
      code('() => ({ credentials: {} })'),
    ],
  ])
}

/** In the settings of the bucket. */
function bucketErrors(context: ErrorContext): DeploymentError[] {
  const policy = (effect: string, action: string, condition?: object) => ({
    introduce: () => {
      const principal = { qcs: ['qcs::cam::anyone:anyone'] }
      const statement = { effect, principal, action: [action], resource: [OBJECTS] }
      const Statement = [{ ...statement, ...(condition ? { condition } : {}) }]
      return context.cos.putBucketPolicy({
        ...place,
        Policy: { version: '2.0', Statement } as never,
      })
    },
    restore: () => context.cos.deleteBucketPolicy(place),
  })
  const acl = (ACL: 'public-read' | 'private') => context.cos.putBucketAcl({ ...place, ACL })
  const referer = (Status: 'Enabled' | 'Disabled') =>
    context.cos.putBucketReferer({
      ...place,
      RefererConfiguration: {
        Status,
        RefererType: 'White-List',
        DomainList: { Domains: ['example.com'] },
        EmptyReferConfiguration: 'Deny',
      },
    })
  const strictSignature = (ID: string, ...headers: string[]) => {
    const list = headers.map((header) => `<header>${header}</header>`).join('')
    const rule = `<ID>${ID}</ID><actionlist><action>*</action></actionlist><headerlist>${list}</headerlist><paramlist><param>all</param></paramlist>`
    const Body = `<StrictSignatureConfiguration><Rule>${rule}</Rule></StrictSignatureConfiguration>`
    return context.cos.request({ ...place, Method: 'PUT', Action: 'strict-signature', Body })
  }
  const abortsBelow = (Prefix: string) => {
    const AbortIncompleteMultipartUpload = { DaysAfterInitiation: '3' }
    const rule = {
      ID: 'own',
      Status: 'Enabled',
      Filter: { Prefix },
      AbortIncompleteMultipartUpload,
    }
    return context.cos.putBucketLifecycle({ ...place, Rules: [rule] as never })
  }
  const setting = (introduce: () => unknown, restore: () => unknown) => ({ introduce, restore })
  return [
    ...errorsBy(policy, [
      [
        'a bucket whose configuration the deployer may not see',
        'BucketForbidden',
        'docs/REAL_CLOUD.md',
        'deny',
        'name/cos:GetBucketReferer',
      ],
      [
        'a sub-account that may not write',
        'ProbeRefused',
        'npm run policy',
        'deny',
        'name/cos:PutObject',
      ],
      [
        'a bucket whose policy lets everybody read',
        'BucketPublic',
        'statement of its policy',
        'allow',
        'name/cos:GetObject',
      ],
      [
        'a bucket whose policy lets everybody read on a condition that holds',
        'BucketPublic',
        'private',
        'allow',
        'name/cos:GetObject',
        HERE,
      ],
      [
        'folders that everybody can write to',
        'BucketPublic',
        'statement of its policy',
        'allow',
        'name/cos:PutObject',
      ],
      [
        'folders that everybody can write to on a condition that holds',
        'FolderOpen',
        'Do not go live',
        'allow',
        'name/cos:PutObject',
        HERE,
      ],
    ]),
    ...errorsBy(setting, [
      [
        'a public bucket',
        'BucketPublic',
        'private',
        () => acl('public-read'),
        () => acl('private'),
      ],
      [
        'hotlink protection',
        'RefererBlocks',
        'servicewechat.com',
        () => referer('Enabled'),
        () => referer('Disabled'),
      ],
      [
        'no strict signatures',
        'StrictSignatureOff',
        'npm run deploy',
        () => strictSignature('other', 'Host'),
        () => strictSignature('miniprogram-cos', 'Host', 'x-cos-*', 'Pic-Operations'),
      ],
      [
        'no lifecycle rule',
        'LifecycleMissing',
        'abort-stale-multipart',
        () => context.cos.deleteBucketLifecycle(place),
        () => abortsBelow(''),
      ],
      [
        'a lifecycle rule that removes parts in one folder only',
        'LifecycleMissing',
        'abort-stale-multipart',
        () => abortsBelow('private/'),
        () => abortsBelow(''),
      ],
    ]),
  ]
}
