import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Simulator } from '@miniprogram-cos/simulator'
import { JSDOM } from 'jsdom'
import { createSimulatedPhone } from './phones'
import { at } from './root'
import { ALICE, startTestCloud, type TestCloud } from './testCloud'

const APP = at('miniprogram')

/** A rendered component or page of miniprogram-simulate: WeChat's own component framework. */
export interface Rendered {
  dom: { innerHTML: string; textContent: string }
  instance: {
    data: Record<string, unknown>
    setData: (data: object) => void
    [method: string]: unknown
  }
  querySelector: (selector: string) => Rendered | undefined
  querySelectorAll: (selector: string) => Rendered[]
  dispatchEvent: (name: string, options?: object) => void
  addEventListener: (name: string, listener: (event: { detail: never }) => void) => void
}

interface Simulate {
  load: (path: string, tag: string, options: object) => string
  render: (id: string, properties?: object) => Rendered & { attach: (place: unknown) => void }
}

/** `wx` calls of pages that a test answers. */
export interface Interface {
  calls: [name: string, options: Record<string, unknown>][]
  /** Results of dialogs by call name; all other calls succeed with an empty result. */
  answers: Record<string, object>
}

const INTERFACE = [
  'showModal',
  'showActionSheet',
  'showToast',
  'showLoading',
  'hideLoading',
  'setNavigationBarTitle',
  'setClipboardData',
  'navigateTo',
  'navigateBack',
  'switchTab',
  'hideTabBar',
  'showTabBar',
  'previewImage',
  'previewMedia',
  'stopPullDownRefresh',
  'saveImageToPhotosAlbum',
  'chooseMedia',
  'chooseMessageFile',
]

/**
 * Makes this process a phone that can run the demo's components: `wx` is the simulator's, dialogs are
 * answered by the test. To be called before anything of the app is loaded.
 */
export function becomePhone(simulator: Simulator | undefined, language = 'en'): Interface {
  const { window } = new JSDOM('<!doctype html><body></body>', { pretendToBeVisual: true })
  const { document, Event, CustomEvent, Node, HTMLElement } = window
  Object.assign(globalThis, { window, document, Event, CustomEvent, Node, HTMLElement })
  const asked: Interface = { calls: [], answers: {} }
  const dialogs = INTERFACE.map((name) => [
    name,
    async (options: Record<string, unknown> = {}) => {
      asked.calls.push([name, options])
      const answer = asked.answers[name] ?? {}
      if ('errMsg' in answer) throw answer
      return answer
    },
  ])
  simulate()
  Object.assign((globalThis as unknown as { wx: object }).wx, simulator?.wx, {
    ...Object.fromEntries(dialogs),
    getAppBaseInfo: () => ({ language }),
  })
  return asked
}

function simulate(): Simulate {
  return require('miniprogram-simulate')
}

/** miniprogram-simulate finds no components of npm packages: it gets their paths. */
function loadOptions(path: string, root: string) {
  const { usingComponents = {} } = JSON.parse(readFileSync(`${path}.json`, 'utf8'))
  const ofPackages = Object.entries(usingComponents as Record<string, string>)
    .filter(([, target]) => /^\w/.test(target))
    .map(([name, target]) => [name, `/miniprogram_npm/${target}`])
  return { rootPath: root, usingComponents: Object.fromEntries(ofPackages) }
}

/** Loads a component once: rendering it is cheap, loading it twice does not work. */
export function loadComponent(path: string): (properties?: object) => Rendered {
  const id = simulate().load(
    join(APP, path),
    path.split('/').pop() as string,
    loadOptions(join(APP, path), APP),
  )
  return (properties) => attach(id, properties)
}

/** Loads a page: to miniprogram-simulate it is a component whose methods are the page's. */
export function loadPage(path: string, root = APP): (query?: Record<string, string>) => Rendered {
  const globals = globalThis as unknown as {
    Page: (page: Record<string, unknown>) => void
    Component: (component: object) => void
  }
  globals.Page = ({ data, ...rest }) => {
    const all = Object.entries(rest)
    const methods = Object.fromEntries(all.filter(([, value]) => typeof value === 'function'))
    const fields = Object.fromEntries(all.filter(([, value]) => typeof value !== 'function'))
    globals.Component({
      data,
      methods,
      lifetimes: {
        created(this: object) {
          Object.assign(this, fields)
        },
      },
    })
  }
  const id = simulate().load(
    join(root, path),
    path.split('/').pop() as string,
    loadOptions(join(root, path), root),
  )
  return (query = {}) => {
    const page = attach(id)
    call(page, 'onLoad', query)
    call(page, 'onShow')
    return page
  }
}

/** Calls a method of a page if it exists. */
export function call(page: Rendered, method: string, argument?: unknown): unknown {
  const run = page.instance[method] as ((argument: unknown) => unknown) | undefined
  return run?.call(page.instance, argument)
}

function attach(id: string, properties?: object): Rendered {
  const rendered = simulate().render(id, properties)
  rendered.attach(document.createElement('div'))
  return rendered
}

declare const document: { createElement: (name: string) => unknown }

/** A phone that runs the demo in this process. */
interface AppPhone {
  cloud: TestCloud
  simulator: Simulator
  asked: Interface
}

/**
 * Alice's phone with a local cloud, for the tests of the calling file. Its properties are set once the tests run.
 */
export function useAppPhone(options: Parameters<typeof createSimulatedPhone>[2] = {}): AppPhone {
  const phone = {} as AppPhone
  beforeAll(async () => {
    const cloud = await startTestCloud()
    const simulator = createSimulatedPhone(cloud, ALICE, options)
    Object.assign(phone, { cloud, simulator, asked: becomePhone(simulator) })
  })
  afterAll(() => phone.cloud?.end())
  return phone
}
