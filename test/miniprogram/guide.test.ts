import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { compileApp } from '../../packages/simulator/src/compile/compileApp'
import { filesIn } from '../support/documents'
import { createTestPhone } from '../support/phones'
import { writeProject } from '../support/projectFiles'
import { at } from '../support/root'
import { loadPage, useAppPhone } from '../support/simulatedApp'
import { ALICE } from '../support/testCloud'
import { until } from '../support/until'

const PACKAGES = [at('packages/client'), at('packages/components')]

const blocks = filesIn('miniprogram/README.md')

/** The demo as a reader has it who has followed the guide. */
let app: string
const phone = useAppPhone()
beforeAll(async () => {
  mkdirSync(at('coverage'), { recursive: true })
  app = mkdtempSync(at('coverage/guide-'))
  cpSync(at('miniprogram'), app, { recursive: true })
  writeProject(Object.fromEntries(blocks), app)
  const config = JSON.parse(readFileSync(join(app, 'app.json'), 'utf8'))
  config.pages.push('pages/shared/shared', 'pages/send/send')
  writeFileSync(join(app, 'app.json'), JSON.stringify(config))
  const settings = JSON.parse(readFileSync(join(app, 'tsconfig.json'), 'utf8'))
  settings.extends = at('tsconfig.base.json')
  settings.references = PACKAGES.map((path) => ({ path }))
  writeFileSync(join(app, 'tsconfig.json'), JSON.stringify(settings))
})
afterAll(async () => {
  rmSync(app, { recursive: true, force: true })
})

test('the page of the guide has under 30 lines', () => {
  const page = [...blocks].filter(([path]) => path.startsWith('pages/shared/'))
  expect(page.map(([path]) => path.split('.')[1])).toEqual(['ts', 'wxml', 'json'])
  const lines = page.flatMap(([, code]) => code.trimEnd().split('\n'))
  expect(lines.length).toBeLessThan(30)
})

test('the code of the guide compiles without type errors', async () => {
  const tsc = at('node_modules/.bin/tsc')
  // The declarations of the packages, which may not be built yet.
  spawnSync(tsc, ['-b', ...PACKAGES])
  const { stdout, status } = spawnSync(tsc, ['-p', app], { encoding: 'utf8' })
  expect([stdout, status]).toEqual(['', 0])
  const { script, problems } = await compileApp(app)
  expect(problems).toEqual([])
  expect(script).toContain('pages/shared/shared')
})

test('the page of the guide lists shared files', async () => {
  const { cos } = createTestPhone(phone.cloud, ALICE)
  await cos.putObject({ Key: `shared/${ALICE}/group photo.jpg`, Body: 'picture' })
  const page = loadPage('pages/shared/shared', app)()
  await until(() => page.instance.data.advice !== '' || hasFiles(), 'the page has an answer')
  function hasFiles() {
    return (page.instance.data.files as object[]).length > 0
  }
  expect(page.dom.innerHTML).toContain('group photo.jpg')
})

test('the upload page of the guide has five lines, and shows the uploader', async () => {
  const page = [...blocks].filter(([path]) => path.startsWith('pages/send/'))
  const lines = page.flatMap(([, code]) => code.trimEnd().split('\n'))
  expect(lines.length).toBeLessThanOrEqual(5)
  const { problems, warnings } = await compileApp(app)
  expect([problems, warnings]).toEqual([[], []])
  const rendered = loadPage('pages/send/send', app)()
  expect(rendered.dom.textContent).toContain('Photos, videos')
  expect(rendered.dom.textContent).toContain('up to 9 files')
})
