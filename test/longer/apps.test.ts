import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { deployedFunctions } from '../../packages/cli/src/project'
import { APPS, AppCopy, killInit, loadAddedService, pictureOn } from '../support/fixtureApp'
import { type LocalRegistry, startLocalRegistry } from '../support/localRegistry'
import { createSimulatedPhone } from '../support/phones'
import { useFolder } from '../support/projectFiles'
import { ALICE, startTestCloud } from '../support/testCloud'

let registry: LocalRegistry
const folder = useFolder()

beforeAll(async () => {
  registry = await startLocalRegistry()
})
afterAll(() => registry.close())

/** Uploads with the service of an app, by its functions and the client that npm has installed. */
async function uploadIn(app: string, service: string, packageFolder: string): Promise<string> {
  const client = join(app, packageFolder, 'node_modules/miniprogram-cos/miniprogram_dist')
  const cloud = await startTestCloud({ functions: deployedFunctions(app) })
  try {
    const simulator = createSimulatedPhone(cloud, ALICE)
    const file = join(app, service)
    const { upload } = await loadAddedService(simulator, cloud.folder, file, client)
    return (await upload(pictureOn(simulator))).Key
  } finally {
    await cloud.end()
  }
}

const OWN_KEY = expect.stringMatching(/^private\/oAlice[^/]+\/[^/]+\.png$/)

test('two commands lead from an existing app to its first upload', async () => {
  const app = new AppCopy('plain-js')
  await registry.run(app.folder, 'npx', '@miniprogram-cos/cli', 'init', '--yes')
  const dev = ['dev', '--once', '--ports', '0', 'sitemap.json']
  const output = await registry.run(app.folder, 'npx', '@miniprogram-cos/cli', ...dev)
  expect(output).toContain('All steps passed.')
  app.remove()
})

test.each(APPS)('%s: init, build and an upload', async (name) => {
  const app = new AppCopy(name)
  const npx = (...args: string[]) =>
    registry.run(app.folder, 'npx', '@miniprogram-cos/cli', ...args)
  const output = await npx('init', '--yes', '--install')
  await npx('build')
  const written = app.ownContents()
  expect(await npx('init', '--yes')).toContain('nothing to do')
  expect(app.ownContents()).toEqual(written)
  const files = Object.keys(written)
  const service = files.find((file) => /services\/cos\.[jt]s$/.test(file)) ?? ''
  const installed = /~ (\S*package\.json): dependencies|\+ (\S*package\.json)/.exec(output) ?? []
  const packageFolder = dirname(installed[1] ?? installed[2] ?? '')
  expect(await uploadIn(app.folder, service, packageFolder)).toEqual(OWN_KEY)
  app.remove()
})

describe.each(['native-js', 'native-ts'])('npm create with the template %s', (template) => {
  const app = () => join(folder, template)

  test('creates an app that installs', async () => {
    const args = ['create', 'miniprogram-cos@latest', template, '--', '--template', template]
    expect(await registry.run(folder, 'npm', ...args)).toContain('created in')
    await registry.run(app(), 'npm', 'install')
    const { devDependencies } = JSON.parse(readFileSync(join(app(), 'package.json'), 'utf8'))
    const own = JSON.parse(
      readFileSync(join(app(), 'node_modules/@miniprogram-cos/cli/package.json'), 'utf8'),
    )
    expect(devDependencies['@miniprogram-cos/cli']).toBe(own.version)
    expect(existsSync(join(app(), '.gitignore'))).toBe(true)
  })

  test('uploads', async () => {
    const extension = template === 'native-ts' ? 'ts' : 'js'
    const service = `miniprogram/services/cos.${extension}`
    expect(await uploadIn(app(), service, '.')).toEqual(OWN_KEY)
    const once = ['start', '--', '--once', '--ports', '0', 'package.json']
    expect(await registry.run(app(), 'npm', ...once)).toContain('All steps passed.')
  })

  test('has nothing left for init to do', async () => {
    expect(await registry.run(app(), 'npx', 'miniprogram-cos', 'init')).toContain('nothing to do')
  })

  if (template === 'native-ts') {
    test('compiles under strict', () => registry.run(app(), 'npm', 'run', 'check'))
  }
})

test('init is completed after each of 30 kills at random points', () => killInit(30))
