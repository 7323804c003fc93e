import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { CLI, type Outcome } from '../support/commandLine'
import {
  CopiedProject,
  type DeployProject,
  ENV,
  startDeployProject,
} from '../support/deployProject'

const FLAGS = {
  appid: 'wx0123456789abcdef',
  env: ENV,
  bucket: 'elsewhere-1250000000',
  region: 'ap-guangzhou',
}

let deployment: DeployProject
let project: CopiedProject
beforeAll(async () => {
  deployment = await startDeployProject()
  project = new CopiedProject(join(deployment.cloud.folder, 'fresh'))
})
afterAll(() => deployment.end())

async function setup(
  flags: Record<string, string>,
  variables = deployment.variables,
): Promise<Outcome> {
  const args = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])
  const outcome = await project.run('setup', ['--yes', ...args], {
    ...deployment.plane.variables,
    ...variables,
  })
  for (const secret of deployment.secrets) {
    expect(outcome.stdout + outcome.stderr).not.toContain(secret)
  }
  return outcome
}

describe('wrong input ends with one line and status 2, and changes nothing', () => {
  test.each<
    [what: string, flags: Record<string, string>, keys: Record<string, string>, line: string]
  >([
    ['an AppID too short', { ...FLAGS, appid: 'wx123' }, {}, 'setup: --appid "wx123" is not valid'],
    ['a bucket without its APPID', { ...FLAGS, bucket: 'media' }, {}, 'setup: --bucket "media"'],
    ['a region in words', { ...FLAGS, region: 'Guangzhou' }, {}, 'setup: --region "Guangzhou"'],
    ['no environment', { appid: FLAGS.appid }, {}, 'setup: --env is missing'],
    ['an unknown option', { ...FLAGS, appId: 'x' }, {}, 'setup: Unknown option'],
    ['no key', FLAGS, { COS_STS_SECRET_KEY: '' }, 'setup: FunctionKeyMissing'],
    [
      'a wrong key',
      FLAGS,
      { TENCENTCLOUD_SECRET_KEY: 'wrongwrongwrongwrong' },
      'setup: SecretKeyWrong',
    ],
    ['another environment', { ...FLAGS, env: 'other-env' }, {}, 'setup: EnvironmentUnknown'],
    ['a bucket in another region', FLAGS, {}, 'setup: RegionWrong'],
  ])('%s', async (_, flags, keys, line) => {
    const before = project.read('cos.config.ts')
    const { status, stderr, stdout } = await setup(flags, { ...deployment.variables, ...keys })
    expect(stderr.startsWith(line)).toBe(true)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect([stdout, status]).toEqual(['', 2])
    expect(project.read('cos.config.ts')).toBe(before)
    expect(existsSync(project.path('.env'))).toBe(false)
    expect(existsSync(project.path('project.private.config.json'))).toBe(false)
  })
})

test('asks for missing values, repeats invalid answers, and does not show secrets', async () => {
  const { TENCENTCLOUD_TOKEN = '', ...keys } = deployment.variables
  const asked = new CopiedProject(join(deployment.cloud.folder, 'asked'))
  const { status, stdout, stderr } = await asked.converse(
    'setup',
    // No question about the region: it is looked up by the bucket.
    ['--ask'],
    { ...deployment.plane.variables, TENCENTCLOUD_TOKEN },
    [
      ['AppID of the mini program', 'my mini program'],
      ['AppID of the mini program', FLAGS.appid],
      ['CloudBase environment', ENV],
      ['Bucket, with its APPID', 'media-1250000000'],
      ['SecretId of the sub-account that deploys', keys.TENCENTCLOUD_SECRET_ID ?? ''],
      ['its SecretKey', 'short'],
      ['its SecretKey', keys.TENCENTCLOUD_SECRET_KEY ?? ''],
      ['whose key the functions hold', keys.COS_STS_SECRET_ID ?? ''],
      ['its SecretKey', keys.COS_STS_SECRET_KEY ?? ''],
    ],
  )
  expect([stderr, status]).toEqual(['', 0])
  expect(stdout).toContain('"my mini program" is not valid.')
  expect(stdout).toContain('The value is not valid.')
  expect(stdout).toContain(keys.COS_STS_SECRET_ID)
  for (const secret of [...deployment.secrets, 'short']) expect(stdout).not.toContain(secret)
  for (const [name, value] of Object.entries(keys)) {
    expect(asked.read('.env')).toContain(`${name}=${value}\n`)
  }
  expect(asked.read('cos.config.ts')).toContain(`  env: '${ENV}',\n  bucket: 'media-1250000000',\n`)
})

test('changes nothing when the answers end early', async () => {
  const asked = new CopiedProject(join(deployment.cloud.folder, 'given-up'))
  const { status, stderr } = await asked.runLine(`echo ${FLAGS.appid} | node ${CLI} setup --ask`)
  expect([stderr, status]).toEqual(['setup: there were no more answers; nothing was changed\n', 2])
  expect(existsSync(asked.path('.env'))).toBe(false)
})

test('writes valid input to three files, and reads it again in the next run', async () => {
  const flags = { ...FLAGS, bucket: 'media-1250000000' }
  project.write('project.private.config.json', '{"setting":{"urlCheck":false}}')
  const { status, stderr } = await setup(flags)
  expect([stderr, status]).toEqual(['', 0])
  const text = project.read('cos.config.ts')
  expect(text).toContain(
    `  env: '${ENV}',\n  bucket: 'media-1250000000',\n  region: 'ap-guangzhou',\n`,
  )
  expect(text).toContain(`  appid: '${FLAGS.appid}',\n  access: {`)
  expect(statSync(project.path('.env')).mode & 0o777).toBe(0o600)
  for (const [name, value] of Object.entries(deployment.variables)) {
    expect(project.read('.env')).toContain(`${name}=${value}\n`)
  }
  expect(JSON.parse(project.read('project.private.config.json'))).toEqual({
    setting: { urlCheck: false },
    appid: FLAGS.appid,
  })
  const again = await setup({ bucket: flags.bucket, region: flags.region }, {} as never)
  expect([again.stderr, again.status]).toEqual(['', 0])
  expect(project.read('cos.config.ts')).toBe(text)
})
