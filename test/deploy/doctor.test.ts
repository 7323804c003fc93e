import COS from 'cos-nodejs-sdk-v5'
import { CLOUD_ERRORS } from '../../packages/cli/src/cloud/errors'
import { checks } from '../../packages/cli/src/doctor/checks'
import type { Outcome } from '../support/commandLine'
import { type DeployProject, FUNCTION_KEY, startDeployProject } from '../support/deployProject'
import { BUCKET, HOST, REGION } from '../support/testCloud'
import { deploymentErrors, type ErrorContext, TESTED_ELSEWHERE } from './deploymentErrors'

// Each test runs commands, which are slow on a busy machine.
jest.setTimeout(180_000)

let deployment: DeployProject

beforeAll(async () => {
  deployment = await startDeployProject()
  context.deployment = deployment
  context.cos = new COS({ ...FUNCTION_KEY, Proxy: deployment.cloud.cos, Protocol: 'http:' })
  const { status, stderr } = await deployment.project.run('deploy', ['--yes'])
  expect([stderr, status]).toEqual(['', 0])
}, 120_000)
afterAll(() => deployment.end())

async function doctor(
  args: string[] = [],
  variables: Record<string, string> = {},
): Promise<Outcome> {
  const outcome = await deployment.project.run('doctor', args, variables)
  for (const secret of deployment.secrets) {
    expect(outcome.stdout + outcome.stderr).not.toContain(secret)
  }
  return outcome
}

const context = {} as ErrorContext

test('a correct deployment passes, in both languages', async () => {
  const [english, chinese] = [await doctor(), await doctor([], { LANG: 'zh_CN.UTF-8' })]
  expect([english.stderr, english.status, chinese.status]).toEqual(['', 0, 0])
  expect(english.stdout).toContain('No problems found.')
  expect(chinese.stdout).toContain('一切正常。')
})

test.each(deploymentErrors(context))('$title: $code', async ({ code, fix, introduce, restore }) => {
  await introduce()
  try {
    const { status, stdout, stderr } = await doctor()
    expect(stderr).toContain(`\n${code}\n`)
    expect(stderr.split('→')[1]).toContain(fix)
    expect(stdout.match(/✗/g)).toHaveLength(1)
    expect(status).toBe(1)
  } finally {
    await restore()
  }
})

test('every error code is tested here or elsewhere', () => {
  const planted = deploymentErrors(context).map(({ code }) => code)
  expect([...new Set([...planted, ...Object.keys(TESTED_ELSEWHERE)])].sort()).toEqual(
    Object.keys(CLOUD_ERRORS).sort(),
  )
  expect(planted.filter((code) => code in TESTED_ELSEWHERE)).toEqual([])
})

test('prints the outcome of each check as JSON', async () => {
  const correct = await doctor(['--json'])
  const outcome = JSON.parse(correct.stdout)
  expect(outcome).toMatchObject({ ok: true, warnings: [] })
  expect(outcome.checks.length).toBeGreaterThan(5)
  const wrong = await doctor(['--json'], { COS_STS_SECRET_ID: 'AKIDunknown' })
  const failed = JSON.parse(wrong.stdout)
  expect(failed).toMatchObject({
    ok: false,
    error: { code: expect.any(String), cause: expect.any(String), fix: expect.any(String) },
  })
  expect(failed.checks.at(-1).ok).toBe(false)
  expect([correct.status, wrong.status]).toEqual([0, 1])
})

test('the deployment is correct again afterwards', async () => {
  const { stderr, status } = await doctor()
  expect([stderr, status]).toEqual(['', 0])
})

test('no probe left an object, whatever it found', async () => {
  const place = { Bucket: BUCKET, Region: REGION }
  const { Contents } = await context.cos.getBucket({ ...place, Prefix: 'private/' })
  expect(Contents.map(({ Key }) => Key)).toEqual([])
})

test('reports an old version of Node', async () => {
  await expect(checks[0]?.run({ node: '18.20.0' } as never)).rejects.toMatchObject({
    code: 'NodeTooOld',
  })
})

test('warns about a functions key with too many rights, and fails with --strict', async () => {
  const key = deployment.plane.keys.find(({ SecretId }) => SecretId === FUNCTION_KEY.SecretId)
  Object.assign(key ?? {}, { isLimited: false })
  const [usual, strict] = [await doctor(), await doctor(['--strict'])]
  Object.assign(key ?? {}, { isLimited: true })
  expect(usual.stdout).toMatch(/! FunctionKeyTooPowerful\n.*cos:GetBucketPolicy/)
  expect([usual.status, strict.status]).toEqual([0, 1])
  expect((await doctor(['--strict'])).status).toBe(0)
})

describe('--domains', () => {
  test('reports lists that lack a host', async () => {
    deployment.project.write(
      'lists.txt',
      `request合法域名 https://${HOST}\nuploadFile合法域名 https://${HOST}`,
    )
    const { stderr, status } = await doctor(['--domains', 'lists.txt'])
    expect(stderr).toContain(`DomainMissing`)
    expect(stderr).toContain(`downloadFile: https://${HOST}`)
    expect(status).toBe(1)
  })
})

test('explain answers in Chinese', async () => {
  const { stdout, status } = await doctor(['explain', 'NoSuchBucket'], { LANG: 'zh_CN.UTF-8' })
  expect(stdout).toContain('请核对 cos.config.ts')
  expect(status).toBe(0)
})
