import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildNpm } from '../../packages/cli/src/wechat/buildNpm'
import { type Project, staged, stageProject } from '../../packages/cli/src/wechat/project'
import { ROOT } from '../support/root'
import { describeWithWechatTools } from '../support/tools'

jest.setTimeout(180_000)

const PACKAGES = 'miniprogram_npm'

describeWithWechatTools('the demo', () => {
  let project: Project

  beforeAll(async () => {
    project = await stageProject(
      ROOT,
      JSON.parse(readFileSync(join(ROOT, 'project.config.json'), 'utf8')),
    )
  })

  afterAll(() => rmSync(project.stage, { recursive: true, force: true }))

  test('contains the same packages as “Build npm” makes, byte for byte', async () => {
    expect(await buildNpm(project)).toEqual([])
    const contents = (folder: string) =>
      readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => join(parentPath, name))
        .map((path) => [path.slice(folder.length), readFileSync(path, 'utf8')])
        .sort()
    const ours = contents(join(project.app, PACKAGES))
    expect(ours.length).toBeGreaterThan(0)
    expect(contents(join(staged(project, project.app), PACKAGES))).toEqual(ours)
  })
})
