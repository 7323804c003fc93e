import COS from 'cos-nodejs-sdk-v5'
import { CLOUD_ERRORS } from '../../packages/cli/src/cloud/errors'
import { nodeVersion } from '../../packages/cli/src/doctor/checks'
import type { Outcome } from '../support/copiedProject'
import { type DeployProject, HOLDER, startDeployProject } from '../support/deployProject'
import { NOT_PLANTED, plantedFaults, type World } from '../support/plantedFaults'
import { HOST } from '../support/testCloud'

let deployment: DeployProject

beforeAll(async () => {
  deployment = await startDeployProject()
  world.deployment = deployment
  world.cos = new COS({ ...HOLDER, Proxy: deployment.cloud.cos, Protocol: 'http:' })
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

const world = {} as World

test('a healthy deployment passes, in both languages', async () => {
  const [english, chinese] = [await doctor(), await doctor([], { LANG: 'zh_CN.UTF-8' })]
  expect([english.stderr, english.status, chinese.status]).toEqual(['', 0, 0])
  expect(english.stdout).toContain('All is well.')
  expect(chinese.stdout).toContain('一切正常。')
})

test.each(plantedFaults(world))('$fault: $code', async ({ code, fix, plant, mend }) => {
  await plant()
  try {
    const { status, stdout, stderr } = await doctor()
    expect(stderr).toContain(`\n${code}\n`)
    expect(stderr.split('→')[1]).toContain(fix)
    expect(stdout.match(/✗/g)).toHaveLength(1)
    expect(status).toBe(1)
  } finally {
    await mend()
  }
})

test('every code that there is was planted, or has its reason', () => {
  const planted = plantedFaults(world).map(({ code }) => code)
  expect([...new Set([...planted, ...Object.keys(NOT_PLANTED)])].sort()).toEqual(
    Object.keys(CLOUD_ERRORS).sort(),
  )
  expect(planted.filter((code) => code in NOT_PLANTED)).toEqual([])
})

test('after all that it is healthy again', async () => {
  const { stderr, status } = await doctor()
  expect([stderr, status]).toEqual(['', 0])
})

test('an old Node is named', async () => {
  await expect(nodeVersion.run({ node: '18.20.0' } as never)).rejects.toMatchObject({
    code: 'NodeTooOld',
  })
})

test('a key of the functions that may do too much is a warning, and a fault with --strict', async () => {
  const key = deployment.plane.keys.find(({ SecretId }) => SecretId === HOLDER.SecretId)
  Object.assign(key ?? {}, { isLimited: false })
  const [usual, strict] = [await doctor(), await doctor(['--strict'])]
  Object.assign(key ?? {}, { isLimited: true })
  expect(usual.stdout).toMatch(/! FunctionKeyTooPowerful\n.*cos:GetBucketPolicy/)
  expect([usual.status, strict.status]).toEqual([0, 1])
  expect((await doctor(['--strict'])).status).toBe(0)
})

describe('domain lists', () => {
  test('that lack a host: DomainMissing', async () => {
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

test('explain is a command, and speaks Chinese', async () => {
  const { stdout, status } = await doctor(['explain', 'NoSuchBucket'], { LANG: 'zh_CN.UTF-8' })
  expect(stdout).toContain('请核对 cos.config.ts')
  expect(status).toBe(0)
})
