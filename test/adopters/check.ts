import { randomBytes } from 'node:crypto'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { loadModule, type Simulator } from '@miniprogram-cos/simulator'
import { deployedFunctions } from '../../packages/cli/src/project'
import { buildPart } from '../support/buildOnce'
import { MIB } from '../support/fakePhone'
import { type LocalRegistry, startLocalRegistry } from '../support/localRegistry'
import { createSimulatedPhone, createTestPhone } from '../support/phones'
import { startAppOnCloud } from '../support/previewApp'
import { readProject, writeProject } from '../support/projectFiles'
import { at } from '../support/root'
import { ALICE, CREDENTIALS_FUNCTION, startTestCloud } from '../support/testCloud'

/** How other people build mini programs. */
interface Adopter {
  /** The text of its files is next to this one: a project of its own, or what replaces files of a template. */
  name: string
  /** Whether it is created from the template of its name. */
  isTemplate: boolean
  /** The app that WeChat would be given. */
  app: string
  /** The interface library whose uploader is on the first page: its packages, and what the user taps to choose a file. */
  kit?: { packages: string[]; chooser: string }
}

const ADOPTERS: Adopter[] = [
  { name: 'webpack', isTemplate: false, app: 'dist/app.js' },
  {
    name: 'uni-app',
    isTemplate: true,
    app: 'dist/build/mp-weixin/app.js',
    kit: { packages: ['@dcloudio/uni-ui@1.5.12', 'sass@1.77.8'], chooser: '.file-picker__box' },
  },
  {
    name: 'taro',
    isTemplate: true,
    app: 'dist/app.js',
    kit: { packages: ['@nutui/nutui-react-taro@3.0.20'], chooser: '.nut-uploader-upload' },
  },
]

const PICTURE = at('packages/cli/samples/sea.png')
const TIMEOUT_MS = 30_000

/** Creates the project from packages as published, and builds it as its owner would. @returns its folder */
async function build(
  { name, isTemplate, kit }: Adopter,
  projects: string,
  { run }: LocalRegistry,
): Promise<string> {
  const folder = join(projects, name)
  if (isTemplate) {
    await run(projects, 'npm', 'create', 'miniprogram-cos@latest', name, '--', '--template', name)
  } else {
    mkdirSync(folder)
  }
  writeProject(readProject(`test/adopters/${name}.txtar`), folder)
  const ofKit = kit ? ['miniprogram-cos-components', ...kit.packages] : []
  await run(folder, 'npm', 'install', ...(isTemplate ? ofKit : ['miniprogram-cos']))
  await run(folder, 'npm', 'run', 'build')
  return folder
}

interface AppOptions {
  onLaunch?: (options: object) => unknown
}

/** A file that the user chooses, wherever the app asks for one. */
type Chosen = { tempFilePath: string; size: number; fileType: string }

/** Starts a built app as WeChat does: its module is run, and what it gave to `App` is launched. */
function launchApp(file: string, { wx }: Simulator, chosen: Chosen): void {
  let app: AppOptions | undefined
  const later = () => {}
  const chooseMedia = (options: { success?: (result: object) => void } = {}) => {
    const result = { tempFiles: [chosen], type: 'image' }
    options.success?.(result)
    return Promise.resolve(result)
  }
  loadModule(file, {
    wx: { ...wx, chooseMedia },
    globals: {
      App: (options: AppOptions) => {
        app = options
      },
      Page: later,
      Component: later,
      Behavior: later,
      getApp: () => app,
      getCurrentPages: () => [],
      // An app's modules may share an object of this name.
      global: {},
    },
  })
  if (!app?.onLaunch) throw new Error(`${file} gave nothing to App that could be launched`)
  app.onLaunch({ path: 'pages/index/index', query: {}, scene: 1001 })
}

/** Launches the built app on a simulated phone: it uploads a file of several parts to the local cloud. */
async function upload({ name, isTemplate, app }: Adopter, folder: string): Promise<void> {
  const functions = isTemplate ? deployedFunctions(folder) : [CREDENTIALS_FUNCTION]
  const cloud = await startTestCloud({ functions })
  try {
    const simulator = createSimulatedPhone(cloud, ALICE)
    const content = randomBytes(2.5 * MIB)
    const tempFilePath = `${simulator.wx.env.USER_DATA_PATH}/${name}.bin`
    writeFileSync(simulator.realPath(tempFilePath), content)
    const chosen = { tempFilePath, size: content.length, fileType: 'image' }
    launchApp(join(folder, app), simulator, chosen)
    const Key = await stored(simulator, 'uploaded')
    const exported = join(cloud.folder, 'exported')
    await cloud.export(exported)
    if (!readFileSync(join(exported, Key)).equals(content)) throw new Error(`${Key} differs`)
  } finally {
    await cloud.end()
  }
}

/** Opens the built app in the preview, and uploads a picture by the uploader of its interface library. */
async function uploadByTapping({ app, kit }: Adopter, folder: string): Promise<void> {
  if (!kit) return
  const opened = await startAppOnCloud(dirname(join(folder, app)))
  try {
    const page = await opened.browser.newPage({ viewport: { width: 375, height: 740 } })
    page.setDefaultTimeout(TIMEOUT_MS)
    await page.goto(opened.urlOf('pages/index/index'))
    await page.locator(kit.chooser).waitFor()
    const chooser = page.waitForEvent('filechooser')
    await page.locator(kit.chooser).click()
    await (await chooser).setFiles(PICTURE)
    const { cos } = createTestPhone(opened.cloud, ALICE)
    const { size } = statSync(PICTURE)
    for (let waited = 0; waited < TIMEOUT_MS; waited += 50) {
      const { Contents } = await cos.getBucket({})
      if (Contents.some(({ Key, Size }) => Key.includes('/kit/') && Number(Size) === size)) return
      await wait(50)
    }
    throw new Error(`${kit.chooser} has uploaded nothing in ${TIMEOUT_MS / 1000} s`)
  } finally {
    await opened.end()
  }
}

/** What the app puts into the phone's storage when it is done. */
async function stored({ wx }: Simulator, name: string): Promise<string> {
  for (let waited = 0; waited < TIMEOUT_MS; waited += 50) {
    const value: unknown = wx.getStorageSync(name)
    if (typeof value === 'string' && value !== '') return value
    await wait(50)
  }
  throw new Error(`the app has not uploaded its file in ${TIMEOUT_MS / 1000} s`)
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

async function main(): Promise<void> {
  await buildPart('packages')
  const registry = await startLocalRegistry()
  const projects = mkdtempSync(join(tmpdir(), 'adopters-'))
  let failed = 0
  try {
    const names = process.argv.slice(2)
    for (const adopter of ADOPTERS.filter(({ name }) => !names[0] || names.includes(name))) {
      const started = Date.now()
      try {
        const folder = await build(adopter, projects, registry)
        await upload(adopter, folder)
        await uploadByTapping(adopter, folder)
        const kilobytes = Math.round(bytesOf(dirname(join(folder, adopter.app))) / 1024)
        const seconds = Math.round((Date.now() - started) / 1000)
        console.log(`✓ ${adopter.name}: built, launched, uploaded (${kilobytes} KB, ${seconds} s)`)
      } catch (error) {
        failed++
        console.error(`✗ ${adopter.name}: ${(error as Error).message}`)
      }
    }
  } finally {
    registry.close()
    rmSync(projects, { recursive: true, force: true })
  }
  process.exitCode = failed > 0 ? 1 : 0
}

void main()
