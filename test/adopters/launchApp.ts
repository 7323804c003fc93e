import { loadModule, type Simulator } from '@miniprogram-cos/simulator'

interface AppOptions {
  onLaunch?: (options: object) => unknown
}

/** A file that the user chooses, wherever the app asks for one. */
type Chosen = { tempFilePath: string; size: number; fileType: string }

/** Starts a built app as WeChat does: its module is run, and what it gave to `App` is launched. */
export function launchApp(file: string, { wx }: Simulator, chosen: Chosen): void {
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
