import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import type COS from 'cos-nodejs-sdk-v5'
import type { CloudErrorCode } from '../../packages/cli/src/cloud/errors'
import { zip } from './controlPlane/zip'
import { type DeployProject, ENV, envText, HOLDER, ROOT, TEMPORARY } from './deployProject'
import { BUCKET, REGION } from './testCloud'

const place = { Bucket: BUCKET, Region: REGION }

/** Where faults are planted; filled in before they are. */
export interface World {
  deployment: DeployProject
  /** The bucket's owner. */
  cos: COS
}

/** A fault, and how it is taken away again. */
export interface Planted {
  fault: string
  code: CloudErrorCode
  /** Said in the fix. */
  fix: string
  plant: () => unknown
  mend: () => unknown
}

/** Faults that no doctor's run can be made to find, and where they are looked for instead. */
export const NOT_PLANTED: Partial<Record<CloudErrorCode, string>> = {
  NodeTooOld: 'there is one Node here: the check is run by itself, below',
  DomainMissing: 'found with --domains only, below',
  CodeDiffers: 'of deploying: see the test of npm run deploy',
  CodeTooLarge: 'of deploying: see the test of npm run deploy',
  VariablesTooLong: 'of deploying: see the test of npm run deploy',
  FunctionKeyTooPowerful: 'a warning: the test of its own is below',
  NoPrevious: 'of deploying: see the test of npm run deploy',
}

/** One fault for each link of the doctor's chain, and each way in which it breaks. */
export function plantedFaults(world: World): Planted[] {
  const env = (variables: Record<string, string>) => ({
    plant: () =>
      world.deployment.project.write(
        '.env',
        envText({ ...world.deployment.variables, ...variables }),
      ),
    mend: () => world.deployment.project.write('.env', envText(world.deployment.variables)),
  })
  const config = (from: string, to: string) => ({
    plant: () => world.deployment.project.configure([from, to]),
    mend: () => world.deployment.project.configure([to, from]),
  })
  const trouble = (action: string, code: string) => ({
    plant: () => Object.assign(world.deployment.plane.trouble, { [action]: code }),
    mend: () => Reflect.deleteProperty(world.deployment.plane.trouble, action),
  })
  const plane = (change: { clockOffset?: number; status?: string }) => ({
    plant: () => Object.assign(world.deployment.plane, change),
    mend: () => Object.assign(world.deployment.plane, { clockOffset: 0, status: 'NORMAL' }),
  })
  const tools = (from: string, to: string) => {
    const text = world.deployment.project.read('package.json')
    world.deployment.project.write('package.json', text.replace(from, to))
  }
  const git = (...args: string[]) => {
    const { status, stderr } = spawnSync('git', args, { cwd: world.deployment.project.folder })
    if (status !== 0) throw new Error(String(stderr))
  }
  const deny = (action: string, resource: string) => ({
    plant: () =>
      world.cos.putBucketPolicy({
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
    mend: () => world.cos.deleteBucketPolicy(place),
  })
  const repository = {
    plant() {
      git('init', '-q')
      git('add', '-f', '.env')
    },
    mend: () => rmSync(world.deployment.project.path('.git'), { recursive: true }),
  }
  const functionWith = (change: object, name = 'cos-credentials') => {
    let before: object
    return {
      plant() {
        const one = world.deployment.plane.functions.all.get(name)
        if (!one) throw new Error(name)
        before = { ...one }
        Object.assign(one, change)
      },
      mend: () => Object.assign(world.deployment.plane.functions.all.get(name) ?? {}, before),
    }
  }
  const rootKey = (prefix: string) => ({
    [`${prefix}_SECRET_ID`]: ROOT.SecretId,
    [`${prefix}_SECRET_KEY`]: ROOT.SecretKey,
  })
  const holderKey = { COS_STS_SECRET_ID: HOLDER.SecretId, COS_STS_SECRET_KEY: HOLDER.SecretKey }
  const strict = (Body: string) =>
    world.cos.request({ ...place, Method: 'PUT', Action: 'strict-signature', Body })
  const strictRule = (ID: string, header: string) =>
    `<StrictSignatureConfiguration><Rule><ID>${ID}</ID><actionlist><action>*</action></actionlist><headerlist><header>${header}</header></headerlist><paramlist><param>all</param></paramlist></Rule></StrictSignatureConfiguration>`
  const openTo = (statement: object) => ({
    plant: () =>
      world.cos.putBucketPolicy({
        ...place,
        Policy: {
          version: '2.0',
          Statement: [
            { effect: 'allow', principal: { qcs: ['qcs::cam::anyone:anyone'] }, ...statement },
          ],
        } as never,
      }),
    mend: () => world.cos.deleteBucketPolicy(place),
  })

  return [
    {
      fault: 'a dependency of yesterday',
      code: 'ToolsDiffer',
      fix: 'npm ci',
      plant: () => tools('"esbuild": "', '"esbuild": "9.'),
      mend: () => tools('"esbuild": "9.', '"esbuild": "'),
    },
    {
      fault: 'a rule that is none',
      code: 'ConfigInvalid',
      fix: 'rule',
      ...config("'private/{openid}/**'", "'private/{openid}x/**'"),
    },
    {
      fault: 'a bucket without its APPID',
      code: 'ConfigInvalid',
      fix: 'field',
      ...config('media-1250000000', 'media'),
    },
    {
      fault: 'the environment it came with',
      code: 'ConfigUnset',
      fix: 'npm run setup',
      ...config(ENV, 'your-env-id'),
    },
    {
      fault: 'path style',
      code: 'PathStyle',
      fix: 'ForcePathStyle',
      ...config('access: {', "addresses: ['pathStyle'],\n  access: {"),
    },
    {
      fault: 'an .env that others read',
      code: 'EnvFileExposed',
      fix: 'chmod 600 .env',
      plant: () => world.deployment.project.chmod('.env', 0o644),
      mend: () => world.deployment.project.chmod('.env', 0o600),
    },
    {
      fault: 'an .env that git keeps',
      code: 'EnvFileTracked',
      fix: '.gitignore',
      ...repository,
    },
    {
      fault: 'no key to deploy with',
      code: 'DeployKeyMissing',
      fix: 'TENCENTCLOUD_SECRET_ID',
      ...env({ TENCENTCLOUD_SECRET_ID: '' }),
    },
    {
      fault: 'no key for the functions',
      code: 'FunctionKeyMissing',
      fix: 'COS_STS_SECRET_KEY',
      ...env({ COS_STS_SECRET_KEY: '' }),
    },
    {
      fault: 'a SecretId cut off',
      code: 'KeyMalformed',
      fix: 'AKID',
      ...env({ TENCENTCLOUD_SECRET_ID: 'KIDsomething' }),
    },
    {
      fault: 'a SecretId nobody knows',
      code: 'SecretIdUnknown',
      fix: 'new key',
      ...env({ TENCENTCLOUD_SECRET_ID: 'AKIDnobodyknowsthis' }),
    },
    {
      fault: 'a wrong SecretKey',
      code: 'SecretKeyWrong',
      fix: 'same line',
      ...env({ TENCENTCLOUD_SECRET_KEY: 'wrongwrongwrongwrong' }),
    },
    {
      fault: 'a wrong token',
      code: 'TokenRejected',
      fix: 'new one',
      ...env({ TENCENTCLOUD_TOKEN: 'expired-long-ago' }),
    },
    {
      fault: "the root account's key",
      code: 'RootKey',
      fix: 'sub-account',
      ...env({ ...rootKey('TENCENTCLOUD'), TENCENTCLOUD_TOKEN: '' }),
    },
    {
      fault: "the root account's key in the functions",
      code: 'RootKey',
      fix: 'sub-account',
      ...env(rootKey('COS_STS')),
    },
    {
      fault: 'a temporary key in the functions',
      code: 'FunctionKeyTemporary',
      fix: 'permanent key',
      ...env({
        COS_STS_SECRET_ID: TEMPORARY.SecretId,
        COS_STS_SECRET_KEY: TEMPORARY.SecretKey,
      }),
    },
    {
      fault: 'a wrong key for the functions',
      code: 'SecretKeyWrong',
      fix: 'same line',
      ...env({ COS_STS_SECRET_KEY: 'wrongwrongwrongwrong' }),
    },
    {
      fault: 'one key for both',
      code: 'SameKey',
      fix: 'second sub-account',
      ...env({
        TENCENTCLOUD_SECRET_ID: HOLDER.SecretId,
        TENCENTCLOUD_SECRET_KEY: HOLDER.SecretKey,
        TENCENTCLOUD_TOKEN: '',
        ...holderKey,
      }),
    },
    {
      fault: 'keys of two accounts',
      code: 'OtherAccount',
      fix: 'the account that owns',
      plant: () => Object.assign(world.deployment.plane.keys[1] ?? {}, { account: '100000000099' }),
      mend: () => Object.assign(world.deployment.plane.keys[1] ?? {}, { account: '100000000001' }),
    },
    { fault: 'a clock that is off', code: 'ClockOff', fix: 'NTP', ...plane({ clockOffset: 3600 }) },
    {
      fault: 'the network cut',
      code: 'Unreachable',
      fix: 'proxy',
      ...trouble('GetCallerIdentity', 'cut'),
    },
    {
      fault: 'an answer nobody foresaw',
      code: 'CloudRefused',
      fix: 'cloud.tencent.com/document/api',
      ...trouble('GetCallerIdentity', 'InternalError.Database'),
    },
    {
      fault: 'no right to look',
      code: 'NotAuthorized',
      fix: 'Grant',
      ...trouble('DescribeEnvInfo', 'UnauthorizedOperation'),
    },
    {
      fault: 'an environment of another name',
      code: 'EnvironmentUnknown',
      fix: 'env in cos.config.ts',
      ...config(ENV, 'other-env'),
    },
    {
      fault: 'an environment that is overdue',
      code: 'EnvironmentNotReady',
      fix: 'overdue',
      ...plane({ status: 'UNAVAILABLE' }),
    },
    {
      fault: 'a function that is not there',
      code: 'FunctionNotDeployed',
      fix: 'npm run deploy',
      ...trouble('GetFunction', 'ResourceNotFound.Function'),
    },
    {
      fault: 'a function whose update failed',
      code: 'FunctionNotActive',
      fix: 'state in the console',
      ...functionWith({ Status: 'UpdateFailed' }),
    },
    {
      fault: 'an old runtime',
      code: 'RuntimeDiffers',
      fix: '--recreate',
      ...functionWith({ Runtime: 'Nodejs16.13' }),
    },
    {
      fault: 'a timeout of 3 seconds',
      code: 'FunctionDiffers',
      fix: 'npm run deploy',
      ...functionWith({ Timeout: 3 }),
    },
    {
      fault: 'a function without its key',
      code: 'VariableMissing',
      fix: 'keeps yours',
      ...functionWith({ variables: { OTHER: 'x' } }),
    },
    {
      fault: 'a function with an old key',
      code: 'FunctionKeyDiffers',
      fix: 'npm run deploy',
      ...functionWith({
        variables: { ...holderKey, COS_STS_SECRET_KEY: 'anOlderSecret0123456789' },
      }),
    },
    {
      fault: 'a function that fails',
      code: 'FunctionFails',
      fix: 'log',
      ...functionWith({ zip: zip('index.js', 'exports.main = () => { throw Error(1) }') }),
    },
    {
      fault: 'a function that answers anybody',
      code: 'FunctionOpen',
      fix: 'HTTP',
      ...functionWith({ zip: zip('index.js', 'exports.main = () => ({ credentials: {} })') }),
    },
    {
      fault: 'a bucket that is not there',
      code: 'BucketUnknown',
      fix: '-APPID',
      ...config('media-1250000000', 'nowhere-1250000000'),
    },
    {
      fault: 'a bucket in another region',
      code: 'RegionWrong',
      fix: 'region',
      ...config('media-1250000000', 'elsewhere-1250000000'),
    },
    {
      fault: 'a bucket whose configuration the deployer may not see',
      code: 'BucketForbidden',
      fix: 'docs/REAL_CLOUD.md',
      ...deny('name/cos:GetBucketReferer', `qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`),
    },
    {
      fault: 'a public bucket',
      code: 'BucketPublic',
      fix: 'private',
      plant: () => world.cos.putBucketAcl({ ...place, ACL: 'public-read' }),
      mend: () => world.cos.putBucketAcl({ ...place, ACL: 'private' }),
    },
    {
      fault: 'a bucket whose policy lets everybody read',
      code: 'BucketPublic',
      fix: 'statement of its policy',
      ...openTo({
        action: ['name/cos:GetObject'],
        resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`],
      }),
    },
    {
      fault: 'a bucket whose policy lets everybody read on a condition that holds',
      code: 'BucketPublic',
      fix: 'private',
      ...openTo({
        action: ['name/cos:GetObject'],
        resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`],
        condition: { ip_equal: { 'qcs:ip': ['127.0.0.1', '::1', '::ffff:127.0.0.1'] } },
      }),
    },
    {
      fault: 'folders that other users read',
      code: 'FolderOpen',
      fix: 'Do not go live',
      // COS says that an object does not exist only to those who may read it.
      plant: () =>
        Object.assign(world.deployment.plane, {
          instead: ({ method, url = '' }: IncomingMessage) =>
            method === 'GET' && /\/probe-2+\/[^?]+$/.test(url) ? [404, 'NoSuchKey'] : undefined,
        }),
      mend: () => Object.assign(world.deployment.plane, { instead: () => undefined }),
    },
    {
      fault: 'hotlink protection',
      code: 'RefererBlocks',
      fix: 'servicewechat.com',
      plant: () =>
        world.cos.putBucketReferer({
          ...place,
          RefererConfiguration: {
            Status: 'Enabled',
            RefererType: 'White-List',
            DomainList: { Domains: ['example.com'] },
            EmptyReferConfiguration: 'Deny',
          },
        }),
      mend: () =>
        world.cos.putBucketReferer({
          ...place,
          RefererConfiguration: {
            Status: 'Disabled',
            RefererType: 'White-List',
            DomainList: { Domains: ['example.com'] },
          },
        }),
    },
    {
      fault: 'signatures that need not be strict',
      code: 'StrictSignatureOff',
      fix: 'npm run deploy',
      plant: () => strict(strictRule('other', 'Host')),
      mend: () => strict(strictRule('miniprogram-cos', 'Host</header><header>x-cos-*')),
    },
    {
      fault: 'no cleaning up',
      code: 'LifecycleMissing',
      fix: 'abort-stale-multipart',
      plant: () => world.cos.deleteBucketLifecycle(place),
      mend: () =>
        world.cos.putBucketLifecycle({
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
      fault: 'a sub-account that may not write',
      code: 'ProbeRefused',
      fix: 'npm run policy',
      ...deny('name/cos:PutObject', `qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`),
    },
    {
      fault: 'STS that issues no key',
      code: 'StsRefused',
      fix: 'npm run policy',
      ...trouble('GetFederationToken', 'UnauthorizedOperation'),
    },
    {
      fault: 'something on the way that changes content',
      code: 'ProbeDiffers',
      fix: 'proxy',
      plant: () => Object.assign(world.deployment.plane, { isSpoilt: true }),
      mend: () => Object.assign(world.deployment.plane, { isSpoilt: false }),
    },
    {
      fault: 'folders open to all',
      code: 'FolderOpen',
      fix: 'Do not go live',
      ...openTo({
        action: ['name/cos:PutObject'],
        resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/*`],
      }),
    },
  ]
}
