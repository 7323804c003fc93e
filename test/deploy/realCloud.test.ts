import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CopiedProject, type DeployProject, startDeployProject } from '../support/deployProject'
import { at } from '../support/root'

/** The lines of all shell blocks, without their indentation. */
const lines = [
  ...readFileSync(at('docs/REAL_CLOUD.md'), 'utf8').matchAll(/```bash\n([\s\S]*?)```/g),
].flatMap(([, block = '']) => block.trim().split(/\s*\n\s*/))

/** Expected output of each step. */
const SAID: Record<string, string> = {
  setup: 'Next: npm run deploy',
  'deploy -- --dry-run': 'Nothing was changed',
  'deploy -- --yes': 'Done.',
  domains: 'request 合法域名',
  doctor: 'No problems found.',
  'doctor -- --live': 'Main scenario: 22 of 22 steps passed.',
  'doctor -- explain': 'DomainMissing',
}

let deployment: DeployProject
let project: CopiedProject
beforeAll(async () => {
  deployment = await startDeployProject()
  project = new CopiedProject(join(deployment.cloud.folder, 'clone'))
  project.variables = { ...deployment.plane.variables, ...deployment.variables }
})
afterAll(() => deployment.end())

test('every line of "Real cloud in ten minutes" works, from a clone to a correct deployment', async () => {
  expect(lines[0]).toBe('npm ci')
  const said = new Set<string>()
  for (const line of lines.slice(1)) {
    const { status, stdout, stderr } = await project.runLine(line)
    // npm has warnings of its own to write there; and the document's values are those of the sample.
    const errors = stderr
      .replace(/^npm warn.*\n/gm, '')
      .replace(/^! cos\.config\.ts still names the sample bucket .*\n/gm, '')
    expect([line, errors, status]).toEqual([line, '', 0])
    const step = Object.keys(SAID)
      .filter((name) => line.startsWith(`npm run ${name}`))
      .sort((a, b) => b.length - a.length)[0]
    expect(stdout).toContain(SAID[step ?? ''])
    said.add(step ?? '')
    for (const secret of deployment.secrets) expect(stdout).not.toContain(secret)
  }
  expect([...said].sort()).toEqual(Object.keys(SAID).sort())
}, 180_000)

test('the example workflow runs commands that exist', () => {
  const { scripts } = JSON.parse(readFileSync(at('package.json'), 'utf8'))
  const workflow = readFileSync(at('docs/ci/deploy.yml'), 'utf8')
  const used = [...workflow.matchAll(/(npm run|npx) ([\w:]+)/g)]
  expect(used.length).toBeGreaterThan(3)
  for (const [, by, name = ''] of used) {
    if (by === 'npm run') expect(Object.keys(scripts)).toContain(name)
    else expect(existsSync(at('node_modules/.bin', name))).toBe(true)
  }
})
