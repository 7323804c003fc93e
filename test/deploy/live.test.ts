import type { IncomingMessage } from 'node:http'
import COS from 'cos-nodejs-sdk-v5'
import type { LiveReport } from '../../packages/cli/src/doctor/probes/runProbes'
import { probes } from '../../packages/cli/src/doctor/probes/runProbes'
import { type DeployProject, ENV, FUNCTION_KEY, startDeployProject } from '../support/deployProject'
import { BUCKET, REGION } from '../support/testCloud'

const APPID = 'wx0123456789abcdef'
const place = { Bucket: BUCKET, Region: REGION }

// Each test runs commands, which are slow on a busy machine.
jest.setTimeout(180_000)

let deployment: DeployProject
let cos: COS
beforeAll(async () => {
  deployment = await startDeployProject()
  cos = new COS({ ...FUNCTION_KEY, Proxy: deployment.cloud.cos, Protocol: 'http:' })
  deployment.project.configure(['access: {', `appid: '${APPID}',\n  access: {`])
  const { status, stderr } = await deployment.project.run('deploy', ['--yes'])
  expect([stderr, status]).toEqual(['', 0])
}, 120_000)
afterAll(() => deployment.end())

/** `npm run doctor -- --live --json`. Nothing that it says holds a key, and its report no name either. */
async function live(
  ...args: string[]
): Promise<{ status: number | null; report: LiveReport; said: string }> {
  const { status, stdout, stderr } = await deployment.project.run('doctor', [
    '--live',
    '--json',
    ...args,
  ])
  for (const secret of deployment.secrets) expect(stdout + stderr).not.toContain(secret)
  // Tokens that STS gives on the way are far longer than anything else.
  expect(stdout + stderr).not.toMatch(/[\w+/-]{80,}/)
  for (const name of [BUCKET, '1250000000', ENV, APPID]) expect(stdout).not.toContain(name)
  return { status, report: JSON.parse(stdout), said: stderr }
}

const byId = ({ assumptions }: LiveReport) => new Map(assumptions.map((one) => [one.id, one]))

async function leftBehind(): Promise<string[]> {
  const { Contents } = await cos.getBucket({ ...place, Prefix: 'private/probe-' })
  const query = { ...place, Prefix: 'private/probe-', Delimiter: '' }
  const { Upload } = await new Promise<COS.MultipartListResult>((resolve, reject) =>
    cos.multipartList(query, (error, data) => (error ? reject(error) : resolve(data))),
  )
  return [...Contents, ...Upload].map(({ Key }) => Key)
}

test('the main scenario passes, and the local cloud confirms every assumption', async () => {
  // What an earlier run could not take away.
  const Key = `private/probe-${'1'.repeat(22)}/old.png`
  await cos.putObject({ ...place, Key, Body: 'x' })
  const { status, report, said } = await live()
  expect(said).toContain('Main scenario: 22 of 22 steps passed.')
  expect(report.mainJob.every(({ isGood }) => isGood)).toBe(true)
  expect(report.assumptions.map(({ id }) => id)).toEqual(probes.map(({ id }) => id))
  expect(report.assumptions.filter(({ result }) => result === 'different')).toEqual([])
  expect(
    report.assumptions
      .filter(({ result }) => result === 'not probed')
      .map(({ id, why }) => [id, why]),
  ).toEqual([['codes-of-bad-values', expect.stringContaining('agree, or --yes')]])
  const probed = probes.filter(({ run }) => run).length
  expect(report.assumptions.filter(({ result }) => result === 'confirmed')).toHaveLength(probed - 1)
  for (const { result, byHand } of report.assumptions) {
    expect((byHand ?? '') !== '').toBe(result === 'by hand')
  }
  expect(await leftBehind()).toEqual([])
  expect(status).toBe(0)
}, 60_000)

test('reports differences with what was seen, and removes everything', async () => {
  const before = (await cos.getBucketLifecycle(place)).Rules
  let lifecycles = 0
  let completions = 0
  deployment.plane.override = ({ method, url = '', headers }: IncomingMessage) => {
    if (url.endsWith('/star')) return [200, '']
    if (headers['x-cos-forbid-overwrite'] === 'true') return [412, 'PreconditionFailed']
    if (/\/twice\?uploadId/.test(url) && ++completions === 2) return [200, '']
    // It takes the odd rule; what puts the others back goes through.
    if (method === 'PUT' && /lifecycle/.test(url) && ++lifecycles === 1) return [200, '']
    if (/\/copied\?/.test(url) && method === 'PUT') return [403, 'AccessDenied']
    return undefined
  }
  const { status, report, said } = await live('--yes')
  deployment.plane.override = () => undefined
  const findings = byId(report)
  const different = report.assumptions.filter(({ result }) => result === 'different')
  expect(different.map(({ id }) => id).sort()).toEqual([
    'codes-of-bad-values',
    'completed-twice',
    'forbid-overwrite',
    'part-copy-permission',
    'uid-star',
  ])
  const seen = (id: string) => findings.get(id)?.looks?.map((one) => one.seen)
  expect(seen('uid-star')).toEqual(['200'])
  expect(seen('forbid-overwrite')).toEqual(Array(4).fill('412 PreconditionFailed'))
  expect(seen('completed-twice')).toEqual(['200', '200'])
  expect(seen('part-copy-permission')).toEqual(['403 AccessDenied', '403 AccessDenied'])
  expect(seen('codes-of-bad-values')).toEqual(['400 InvalidArgument', '200'])
  expect(said).toContain('PUT: 412 PreconditionFailed, not 409 FileAlreadyExists')
  expect(lifecycles).toBe(2)
  expect((await cos.getBucketLifecycle(place)).Rules).toEqual(before)
  expect(await leftBehind()).toEqual([])
  expect(status).toBe(1)
}, 60_000)

test('reports access rules that do not permit the probes', async () => {
  deployment.project.configure([
    "owner: ['read', 'write', 'delete', 'list'] },",
    "owner: ['read', 'write'] },",
  ])
  const { status, stdout, stderr } = await deployment.project.run('doctor', ['--live'])
  deployment.project.configure([
    "owner: ['read', 'write'] },",
    "owner: ['read', 'write', 'delete', 'list'] },",
  ])
  expect(stdout + stderr).toContain('the rules let nobody delete, list in private/probe-')
  expect(status).toBe(1)
}, 60_000)
