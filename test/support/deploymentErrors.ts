import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type COS from 'cos-nodejs-sdk-v5'
import type { CloudErrorCode } from '../../packages/cli/src/cloud/errors'
import { zip } from './controlPlane/zip'
import { type DeployProject, ENV, envText, FUNCTION_KEY, ROOT, TEMPORARY } from './deployProject'
import { BUCKET, REGION } from './testCloud'

const place = { Bucket: BUCKET, Region: REGION }

/** What the errors are introduced into; filled in before the tests run. */
export interface ErrorContext {
  deployment: DeployProject
  /** The bucket's owner. */
  cos: COS
}

/** An error of a deployment, and how it is introduced and removed. */
export interface DeploymentError {
  title: string
  code: CloudErrorCode
  /** Part of the fix that is printed. */
  fix: string
  introduce: () => unknown
  restore: () => unknown
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

/** The errors that each check of the doctor finds. */
export function deploymentErrors(context: ErrorContext): DeploymentError[] {
  const env = (variables: Record<string, string>) => ({
    introduce: () =>
      context.deployment.project.write(
        '.env',
        envText({ ...context.deployment.variables, ...variables }),
      ),
    restore: () => context.deployment.project.write('.env', envText(context.deployment.variables)),
  })
  const config = (from: string, to: string) => ({
    introduce: () => context.deployment.project.configure([from, to]),
    restore: () => context.deployment.project.configure([to, from]),
  })
  const trouble = (action: string, code: string) => ({
    introduce: () => Object.assign(context.deployment.plane.failures, { [action]: code }),
    restore: () => Reflect.deleteProperty(context.deployment.plane.failures, action),
  })
  const plane = (change: { clockOffset?: number; status?: string }) => ({
    introduce: () => Object.assign(context.deployment.plane, change),
    restore: () => Object.assign(context.deployment.plane, { clockOffset: 0, status: 'NORMAL' }),
  })
  const tools = (from: string, to: string) => {
    const text = context.deployment.project.read('package.json')
    context.deployment.project.write('package.json', text.replace(from, to))
  }
  const git = (...args: string[]) => {
    const { status, stderr } = spawnSync('git', args, { cwd: context.deployment.project.folder })
    if (status !== 0) throw new Error(String(stderr))
  }
  const deny = (action: string, resource: string) => ({
    introduce: () =>
      context.cos.putBucketPolicy({
        ...place,
        Policy: {
          version: '2.0',
          Statement: [
            {
              effect: 'deny',
              principal: { qcs: ['qcs::cam::anyone:anyone'] },
              action: [action],
              resource: [resource],
            },
          ],
        } as never,
      }),
    restore: () => context.cos.deleteBucketPolicy(place),
  })
  const repository = {
    introduce() {
      git('init', '-q')
      git('add', '-f', '.env')
    },
    restore: () => rmSync(context.deployment.project.path('.git'), { recursive: true }),
  }
  const functionWith = (change: object, name = 'cos-credentials') => {
    let before: object
    return {
      introduce() {
        const one = context.deployment.plane.functions.all.get(name)
        if (!one) throw new Error(name)
        before = { ...one }
        Object.assign(one, change)
      },
      restore: () => Object.assign(context.deployment.plane.functions.all.get(name) ?? {}, before),
    }
  }
  const rootKey = (prefix: string) => ({
    [`${prefix}_SECRET_ID`]: ROOT.SecretId,
    [`${prefix}_SECRET_KEY`]: ROOT.SecretKey,
  })
  const holderKey = {
    COS_STS_SECRET_ID: FUNCTION_KEY.SecretId,
    COS_STS_SECRET_KEY: FUNCTION_KEY.SecretKey,
  }
  const strict = (Body: string) =>
    context.cos.request({ ...place, Method: 'PUT', Action: 'strict-signature', Body })
  const strictRule = (ID: string, header: string) =>
    `<StrictSignatureConfiguration><Rule><ID>${ID}</ID><actionlist><action>*</action></actionlist><headerlist><header>${header}</header></headerlist><paramlist><param>all</param></paramlist></Rule></StrictSignatureConfiguration>`
  const openTo = (statement: object) => ({
    introduce: () =>
      context.cos.putBucketPolicy({
        ...place,
        Policy: {
          version: '2.0',
          Statement: [
            { effect: 'allow', principal: { qcs: ['qcs::cam::anyone:anyone'] }, ...statement },
          ],
        } as never,
      }),
    restore: () => context.cos.deleteBucketPolicy(place),
  })

  return [
    {
      title: 'an outdated dependency',
      code: 'ToolsDiffer',
      fix: 'npm ci',
      introduce: () => tools('"esbuild": "', '"esbuild": "9.'),
      restore: () => tools('"esbuild": "9.', '"esbuild": "'),
    },
    {
      title: 'an invalid access rule',
      code: 'ConfigInvalid',
      fix: 'rule',
      ...config("'private/{openid}/**'", "'private/{openid}x/**'"),
    },
    {
      title: 'a bucket without its APPID',
      code: 'ConfigInvalid',
      fix: 'field',
      ...config('media-1250000000', 'media'),
    },
    {
      title: 'the sample environment',
      code: 'ConfigUnset',
      fix: 'npm run setup',
      ...config(ENV, 'your-env-id'),
    },
    {
      title: 'path style',
      code: 'PathStyle',
      fix: 'ForcePathStyle',
      ...config('access: {', "addresses: ['pathStyle'],\n  access: {"),
    },
    {
      title: 'an .env that other users can read',
      code: 'EnvFileExposed',
      fix: 'chmod 600 .env',
      introduce: () => context.deployment.project.chmod('.env', 0o644),
      restore: () => context.deployment.project.chmod('.env', 0o600),
    },
    {
      title: 'an .env that git tracks',
      code: 'EnvFileTracked',
      fix: '.gitignore',
      ...repository,
    },
    {
      title: 'no deploying key',
      code: 'DeployKeyMissing',
      fix: 'TENCENTCLOUD_SECRET_ID',
      ...env({ TENCENTCLOUD_SECRET_ID: '' }),
    },
    {
      title: 'no key for the functions',
      code: 'FunctionKeyMissing',
      fix: 'COS_STS_SECRET_KEY',
      ...env({ COS_STS_SECRET_KEY: '' }),
    },
    {
      title: 'a malformed SecretId',
      code: 'KeyMalformed',
      fix: 'AKID',
      ...env({ TENCENTCLOUD_SECRET_ID: 'KIDsomething' }),
    },
    {
      title: 'an unknown SecretId',
      code: 'SecretIdUnknown',
      fix: 'new key',
      ...env({ TENCENTCLOUD_SECRET_ID: 'AKIDnobodyknowsthis' }),
    },
    {
      title: 'a wrong SecretKey',
      code: 'SecretKeyWrong',
      fix: 'same line',
      ...env({ TENCENTCLOUD_SECRET_KEY: 'wrongwrongwrongwrong' }),
    },
    {
      title: 'a wrong token',
      code: 'TokenRejected',
      fix: 'new one',
      ...env({ TENCENTCLOUD_TOKEN: 'expired-long-ago' }),
    },
    {
      title: "the root account's key",
      code: 'RootKey',
      fix: 'sub-account',
      ...env({ ...rootKey('TENCENTCLOUD'), TENCENTCLOUD_TOKEN: '' }),
    },
    {
      title: "the root account's key in the functions",
      code: 'RootKey',
      fix: 'sub-account',
      ...env(rootKey('COS_STS')),
    },
    {
      title: 'a temporary key in the functions',
      code: 'FunctionKeyTemporary',
      fix: 'permanent key',
      ...env({
        COS_STS_SECRET_ID: TEMPORARY.SecretId,
        COS_STS_SECRET_KEY: TEMPORARY.SecretKey,
      }),
    },
    {
      title: 'a wrong key for the functions',
      code: 'SecretKeyWrong',
      fix: 'same line',
      ...env({ COS_STS_SECRET_KEY: 'wrongwrongwrongwrong' }),
    },
    {
      title: 'one key for both',
      code: 'SameKey',
      fix: 'second sub-account',
      ...env({
        TENCENTCLOUD_SECRET_ID: FUNCTION_KEY.SecretId,
        TENCENTCLOUD_SECRET_KEY: FUNCTION_KEY.SecretKey,
        TENCENTCLOUD_TOKEN: '',
        ...holderKey,
      }),
    },
    {
      title: 'keys of two accounts',
      code: 'OtherAccount',
      fix: 'the account that owns',
      introduce: () =>
        Object.assign(context.deployment.plane.keys[1] ?? {}, { account: '100000000099' }),
      restore: () =>
        Object.assign(context.deployment.plane.keys[1] ?? {}, { account: '100000000001' }),
    },
    { title: 'a wrong clock', code: 'ClockOff', fix: 'NTP', ...plane({ clockOffset: 3600 }) },
    {
      title: 'a broken network',
      code: 'Unreachable',
      fix: 'proxy',
      ...trouble('GetCallerIdentity', 'cut'),
    },
    {
      title: 'an unexpected answer',
      code: 'CloudRefused',
      fix: 'cloud.tencent.com/document/api',
      ...trouble('GetCallerIdentity', 'InternalError.Database'),
    },
    {
      title: 'no permission to read the environment',
      code: 'NotAuthorized',
      fix: 'Grant',
      ...trouble('DescribeEnvInfo', 'UnauthorizedOperation'),
    },
    {
      title: 'an unknown environment',
      code: 'EnvironmentUnknown',
      fix: 'env in cos.config.ts',
      ...config(ENV, 'other-env'),
    },
    {
      title: 'an overdue environment',
      code: 'EnvironmentNotReady',
      fix: 'overdue',
      ...plane({ status: 'UNAVAILABLE' }),
    },
    {
      title: 'a missing function',
      code: 'FunctionNotDeployed',
      fix: 'npm run deploy',
      ...trouble('GetFunction', 'ResourceNotFound.Function'),
    },
    {
      title: 'a function whose update failed',
      code: 'FunctionNotActive',
      fix: 'state in the console',
      ...functionWith({ Status: 'UpdateFailed' }),
    },
    {
      title: 'an old runtime',
      code: 'RuntimeDiffers',
      fix: '--recreate',
      ...functionWith({ Runtime: 'Nodejs16.13' }),
    },
    {
      title: 'a timeout of 3 seconds',
      code: 'FunctionDiffers',
      fix: 'npm run deploy',
      ...functionWith({ Timeout: 3 }),
    },
    {
      title: 'a function without its key',
      code: 'VariableMissing',
      fix: 'keeps yours',
      ...functionWith({ variables: { OTHER: 'x' } }),
    },
    {
      title: 'a function with an old key',
      code: 'FunctionKeyDiffers',
      fix: 'npm run deploy',
      ...functionWith({
        variables: { ...holderKey, COS_STS_SECRET_KEY: 'anOlderSecret0123456789' },
      }),
    },
    {
      title: 'a function that fails',
      code: 'FunctionFails',
      fix: 'log',
      ...functionWith({ zip: zip('index.js', 'exports.main = () => { throw Error(1) }') }),
    },
    {
      title: 'a function that answers anonymous calls',
      code: 'FunctionOpen',
      fix: 'HTTP',
      ...functionWith({ zip: zip('index.js', 'exports.main = () => ({ credentials: {} })') }),
    },
    {
      title: 'a missing bucket',
      code: 'BucketUnknown',
      fix: '-APPID',
      ...config('media-1250000000', 'nowhere-1250000000'),
    },
    {
      title: 'a bucket in another region',
      code: 'RegionWrong',
      fix: 'region',
      ...config('media-1250000000', 'elsewhere-1250000000'),
    },
    {
      title: 'a bucket whose configuration the deployer may not see',
      code: 'BucketForbidden',
      fix: 'docs/REAL_CLOUD.md',
      ...deny('name/cos:GetBucketReferer', `qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`),
    },
    {
      title: 'a public bucket',
      code: 'BucketPublic',
      fix: 'private',
      introduce: () => context.cos.putBucketAcl({ ...place, ACL: 'public-read' }),
      restore: () => context.cos.putBucketAcl({ ...place, ACL: 'private' }),
    },
    {
      title: 'a bucket whose policy lets everybody read',
      code: 'BucketPublic',
      fix: 'statement of its policy',
      ...openTo({
        action: ['name/cos:GetObject'],
        resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`],
      }),
    },
    {
      title: 'a bucket whose policy lets everybody read on a condition that holds',
      code: 'BucketPublic',
      fix: 'private',
      ...openTo({
        action: ['name/cos:GetObject'],
        resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`],
        condition: { ip_equal: { 'qcs:ip': ['127.0.0.1', '::1', '::ffff:127.0.0.1'] } },
      }),
    },
    {
      title: 'folders that other users can read',
      code: 'FolderOpen',
      fix: 'Do not go live',
      // COS says that an object does not exist only to those who may read it.
      introduce: () =>
        Object.assign(context.deployment.plane, {
          override: ({ method, url = '' }: IncomingMessage) =>
            method === 'GET' && /\/probe-2+\/[^?]+$/.test(url) ? [404, 'NoSuchKey'] : undefined,
        }),
      restore: () => Object.assign(context.deployment.plane, { override: () => undefined }),
    },
    {
      title: 'hotlink protection',
      code: 'RefererBlocks',
      fix: 'servicewechat.com',
      introduce: () =>
        context.cos.putBucketReferer({
          ...place,
          RefererConfiguration: {
            Status: 'Enabled',
            RefererType: 'White-List',
            DomainList: { Domains: ['example.com'] },
            EmptyReferConfiguration: 'Deny',
          },
        }),
      restore: () =>
        context.cos.putBucketReferer({
          ...place,
          RefererConfiguration: {
            Status: 'Disabled',
            RefererType: 'White-List',
            DomainList: { Domains: ['example.com'] },
          },
        }),
    },
    {
      title: 'no strict signatures',
      code: 'StrictSignatureOff',
      fix: 'npm run deploy',
      introduce: () => strict(strictRule('other', 'Host')),
      restore: () =>
        strict(
          strictRule(
            'miniprogram-cos',
            'Host</header><header>x-cos-*</header><header>Pic-Operations',
          ),
        ),
    },
    {
      title: 'no lifecycle rule',
      code: 'LifecycleMissing',
      fix: 'abort-stale-multipart',
      introduce: () => context.cos.deleteBucketLifecycle(place),
      restore: () =>
        context.cos.putBucketLifecycle({
          ...place,
          Rules: [
            {
              ID: 'own',
              Status: 'Enabled',
              Filter: { Prefix: '' },
              AbortIncompleteMultipartUpload: { DaysAfterInitiation: '3' },
            },
          ] as never,
        }),
    },
    {
      title: 'a sub-account that may not write',
      code: 'ProbeRefused',
      fix: 'npm run policy',
      ...deny('name/cos:PutObject', `qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`),
    },
    {
      title: 'STS that issues no key',
      code: 'StsRefused',
      fix: 'npm run policy',
      ...trouble('GetFederationToken', 'UnauthorizedOperation'),
    },
    {
      title: 'a proxy that changes content',
      code: 'ProbeDiffers',
      fix: 'proxy',
      introduce: () => Object.assign(context.deployment.plane, { corruptsContent: true }),
      restore: () => Object.assign(context.deployment.plane, { corruptsContent: false }),
    },
    {
      title: 'folders that everybody can write to',
      code: 'FolderOpen',
      fix: 'Do not go live',
      ...openTo({
        action: ['name/cos:PutObject'],
        resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`],
      }),
    },
  ]
}
