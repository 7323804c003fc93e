import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type COS from 'cos-nodejs-sdk-v5'
import type { CloudErrorCode } from '../../packages/cli/src/cloud/errors'
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
  const quota = config("'shared/{openid}/**': {", "'shared/{openid}/**': { quota: '1 GB',")
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
  const abortsBelow = (Prefix: string) =>
    context.cos.putBucketLifecycle({
      ...place,
      Rules: [
        {
          ID: 'own',
          Status: 'Enabled',
          Filter: { Prefix },
          AbortIncompleteMultipartUpload: { DaysAfterInitiation: '3' },
        },
      ] as never,
    })
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

  const errors: [title: string, code: CloudErrorCode, fix: string, change: Change][] = [
    [
      'an outdated dependency',
      'ToolsDiffer',
      'npm ci',
      {
        introduce: () => tools('"esbuild": "', '"esbuild": "9.'),
        restore: () => tools('"esbuild": "9.', '"esbuild": "'),
      },
    ],
    [
      'an invalid access rule',
      'ConfigInvalid',
      'rule',
      config("'private/{openid}/**'", "'private/{openid}x/**'"),
    ],
    ['a bucket without its APPID', 'ConfigInvalid', 'field', config('media-1250000000', 'media')],
    ['the sample environment', 'ConfigUnset', 'npm run setup', config(ENV, 'your-env-id')],
    [
      'path style',
      'PathStyle',
      'ForcePathStyle',
      config('access: {', "addresses: ['pathStyle'],\n  access: {"),
    ],
    [
      'an .env that other users can read',
      'EnvFileExposed',
      'chmod 600 .env',
      {
        introduce: () => context.deployment.project.chmod('.env', 0o644),
        restore: () => context.deployment.project.chmod('.env', 0o600),
      },
    ],
    ['an .env that git tracks', 'EnvFileTracked', '.gitignore', repository],
    [
      'no deploying key',
      'DeployKeyMissing',
      'TENCENTCLOUD_SECRET_ID',
      env({ TENCENTCLOUD_SECRET_ID: '' }),
    ],
    [
      'no key for the functions',
      'FunctionKeyMissing',
      'COS_STS_SECRET_KEY',
      env({ COS_STS_SECRET_KEY: '' }),
    ],
    [
      'a malformed SecretId',
      'KeyMalformed',
      'AKID',
      env({ TENCENTCLOUD_SECRET_ID: 'KIDsomething' }),
    ],
    [
      'an unknown SecretId',
      'SecretIdUnknown',
      'new key',
      env({ TENCENTCLOUD_SECRET_ID: 'AKIDnobodyknowsthis' }),
    ],
    [
      'a wrong SecretKey',
      'SecretKeyWrong',
      'same line',
      env({ TENCENTCLOUD_SECRET_KEY: 'wrongwrongwrongwrong' }),
    ],
    ['a wrong token', 'TokenRejected', 'new one', env({ TENCENTCLOUD_TOKEN: 'expired-long-ago' })],
    [
      "the root account's key",
      'RootKey',
      'sub-account',
      env({ ...rootKey('TENCENTCLOUD'), TENCENTCLOUD_TOKEN: '' }),
    ],
    ["the root account's key in the functions", 'RootKey', 'sub-account', env(rootKey('COS_STS'))],
    [
      'a temporary key in the functions',
      'FunctionKeyTemporary',
      'permanent key',
      env({
        COS_STS_SECRET_ID: TEMPORARY.SecretId,
        COS_STS_SECRET_KEY: TEMPORARY.SecretKey,
      }),
    ],
    [
      'a wrong key for the functions',
      'SecretKeyWrong',
      'same line',
      env({ COS_STS_SECRET_KEY: 'wrongwrongwrongwrong' }),
    ],
    [
      'one key for both',
      'SameKey',
      'second sub-account',
      env({
        TENCENTCLOUD_SECRET_ID: FUNCTION_KEY.SecretId,
        TENCENTCLOUD_SECRET_KEY: FUNCTION_KEY.SecretKey,
        TENCENTCLOUD_TOKEN: '',
        ...holderKey,
      }),
    ],
    [
      'keys of two accounts',
      'OtherAccount',
      'the account that owns',
      {
        introduce: () =>
          Object.assign(context.deployment.plane.keys[1] ?? {}, { account: '100000000099' }),
        restore: () =>
          Object.assign(context.deployment.plane.keys[1] ?? {}, { account: '100000000001' }),
      },
    ],
    ['a wrong clock', 'ClockOff', 'NTP', plane({ clockOffset: 3600 })],
    ['a broken network', 'Unreachable', 'proxy', trouble('GetCallerIdentity', 'cut')],
    [
      'an unexpected answer',
      'CloudRefused',
      'cloud.tencent.com/document/api',
      trouble('GetCallerIdentity', 'InternalError.Database'),
    ],
    [
      'no permission to read the environment',
      'NotAuthorized',
      'Grant',
      trouble('DescribeEnvInfo', 'UnauthorizedOperation'),
    ],
    [
      'an unknown environment',
      'EnvironmentUnknown',
      'env in cos.config.ts',
      config(ENV, 'other-env'),
    ],
    ['an overdue environment', 'EnvironmentNotReady', 'overdue', plane({ status: 'UNAVAILABLE' })],
    [
      'a missing function',
      'FunctionNotDeployed',
      'npm run deploy',
      trouble('GetFunction', 'ResourceNotFound.Function'),
    ],
    [
      'a function whose update failed',
      'FunctionNotActive',
      'state in the console',
      functionWith({ Status: 'UpdateFailed' }),
    ],
    ['an old runtime', 'RuntimeDiffers', '--recreate', functionWith({ Runtime: 'Nodejs16.13' })],
    ['a timeout of 3 seconds', 'FunctionDiffers', 'npm run deploy', functionWith({ Timeout: 3 })],
    [
      'a function without its key',
      'VariableMissing',
      'keeps yours',
      functionWith({ variables: { OTHER: 'x' } }),
    ],
    [
      'a function with an old key',
      'FunctionKeyDiffers',
      'npm run deploy',
      functionWith({
        variables: { ...holderKey, COS_STS_SECRET_KEY: 'anOlderSecret0123456789' },
      }),
    ],
    [
      'a function that fails',
      'FunctionFails',
      'log',
      functionWith({ zip: zip('index.js', 'exports.main = () => { throw Error(1) }') }),
    ],
    [
      'a function that answers anonymous calls',
      'FunctionOpen',
      'HTTP',
      functionWith({ zip: zip('index.js', 'exports.main = () => ({ credentials: {} })') }),
    ],
    [
      'a missing bucket',
      'BucketUnknown',
      '-APPID',
      config('media-1250000000', 'nowhere-1250000000'),
    ],
    [
      'a bucket in another region',
      'RegionWrong',
      'region',
      config('media-1250000000', 'elsewhere-1250000000'),
    ],
    [
      'a bucket whose configuration the deployer may not see',
      'BucketForbidden',
      'docs/REAL_CLOUD.md',
      deny('name/cos:GetBucketReferer', `qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`),
    ],
    [
      'a public bucket',
      'BucketPublic',
      'private',
      {
        introduce: () => context.cos.putBucketAcl({ ...place, ACL: 'public-read' }),
        restore: () => context.cos.putBucketAcl({ ...place, ACL: 'private' }),
      },
    ],
    [
      'a bucket whose policy lets everybody read',
      'BucketPublic',
      'statement of its policy',
      openTo({
        action: ['name/cos:GetObject'],
        resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`],
      }),
    ],
    [
      'a bucket whose policy lets everybody read on a condition that holds',
      'BucketPublic',
      'private',
      openTo({
        action: ['name/cos:GetObject'],
        resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`],
        condition: { ip_equal: { 'qcs:ip': ['127.0.0.1', '::1', '::ffff:127.0.0.1'] } },
      }),
    ],
    [
      'folders that other users can read',
      'FolderOpen',
      'Do not go live',
      {
        // COS says that an object does not exist only to those who may read it.
        introduce: () =>
          Object.assign(context.deployment.plane, {
            override: ({ method, url = '' }: IncomingMessage) =>
              method === 'GET' && /\/probe-2+\/[^?]+$/.test(url) ? [404, 'NoSuchKey'] : undefined,
          }),
        restore: () => Object.assign(context.deployment.plane, { override: () => undefined }),
      },
    ],
    [
      'hotlink protection',
      'RefererBlocks',
      'servicewechat.com',
      {
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
    ],
    [
      'no strict signatures',
      'StrictSignatureOff',
      'npm run deploy',
      {
        introduce: () => strict(strictRule('other', 'Host')),
        restore: () =>
          strict(
            strictRule(
              'miniprogram-cos',
              'Host</header><header>x-cos-*</header><header>Pic-Operations',
            ),
          ),
      },
    ],
    [
      'a trash that nothing empties',
      'TrashKept',
      'npm run deploy',
      config("'shared/{openid}/**': {", "'shared/{openid}/**': { trash: '30 days',"),
    ],
    [
      'a collection that phones may write to',
      'CollectionOpen',
      'ADMINONLY',
      {
        introduce: () => {
          quota.introduce()
          context.deployment.plane.collections.set('cos_quotas', 'PRIVATE')
        },
        restore: quota.restore,
      },
    ],
    [
      'no lifecycle rule',
      'LifecycleMissing',
      'abort-stale-multipart',
      {
        introduce: () => context.cos.deleteBucketLifecycle(place),
        restore: () => abortsBelow(''),
      },
    ],
    [
      'a lifecycle rule that removes parts in one folder only',
      'LifecycleMissing',
      'abort-stale-multipart',
      { introduce: () => abortsBelow('private/'), restore: () => abortsBelow('') },
    ],
    [
      'a sub-account that may not write',
      'ProbeRefused',
      'npm run policy',
      deny('name/cos:PutObject', `qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`),
    ],
    [
      'STS that issues no key',
      'StsRefused',
      'npm run policy',
      trouble('GetFederationToken', 'UnauthorizedOperation'),
    ],
    [
      'a proxy that changes content',
      'ProbeDiffers',
      'proxy',
      {
        introduce: () => Object.assign(context.deployment.plane, { corruptsContent: true }),
        restore: () => Object.assign(context.deployment.plane, { corruptsContent: false }),
      },
    ],
    [
      'folders that everybody can write to',
      'BucketPublic',
      'statement of its policy',
      openTo({
        action: ['name/cos:PutObject'],
        resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`],
      }),
    ],
    [
      'folders that everybody can write to on a condition that holds',
      'FolderOpen',
      'Do not go live',
      openTo({
        action: ['name/cos:PutObject'],
        resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`],
        condition: { ip_equal: { 'qcs:ip': ['127.0.0.1', '::1', '::ffff:127.0.0.1'] } },
      }),
    ],
  ]
  return errors.map(([title, code, fix, change]) => ({ title, code, fix, ...change }))
}
