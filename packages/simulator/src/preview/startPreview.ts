import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Route } from '../node/network'
import { deviceProfile, type Platform } from '../wxRules/deviceProfile'
import { type DomainLists, isRouted } from '../wxRules/network'
import { type CloudStorage, createPhoneServer } from './phoneServer'
import type {
  Activity,
  FaultChoice,
  PreviewLink,
  RequestDescription,
  SentRequest,
} from './protocol'
import { RequestLog } from './requestLog'
import { Shell } from './shellServer'
import { SourceWatch } from './sourceWatch'

export interface PreviewPhone {
  name: string
  /** The signed-in user. */
  openid: string
  /** `wx.getAppBaseInfo().language`. @default 'zh_CN' */
  language?: string
  /** @default 'light' */
  theme?: 'light' | 'dark'
  /** The WeChat client to imitate, with its quirks. @default 'devtools' */
  platform?: Platform
  /** `wx` calls that the privacy agreement does not declare: they fail with errno 112. @default none */
  undeclaredPrivacy?: string[]
  /** The mini program's server domains on this phone. @default those of the preview */
  domains?: DomainLists
}

export interface PreviewOptions {
  /** The folder with app.json, or the project's folder, whose project.config.json names it. */
  root: string
  /** The project's folder, whose project.config.json has the settings. @default `root` */
  project?: string
  phones: PreviewPhone[]
  /** Origin of the function host. */
  functions: string
  /** Storage of `wx.cloud`. @default none: its calls fail with their name */
  storage?: CloudStorage
  /** Maps a host to the origin that serves it; undefined sends the request to the real host. */
  route: Route
  /** The mini program's server domains; not checked if the project's settings say `"urlCheck": false`. */
  domains: DomainLists
  /** @default 'wx0000000000000000' */
  appid?: string
  /** Port of the page with all phones; 0 takes a free one. @default 0 */
  port?: number
  /**
   * Replaces addresses of the app's own servers: from a path (`/sts`), a host (`api.example.com`) or a URL, to a URL.
   * @default none
   */
  routes?: Record<string, string>
  /** Names and explains a request in the panel. @default by its method, host and path */
  describe?: (request: SentRequest, phone: PreviewPhone) => RequestDescription | undefined
  /** Faults that the page offers. @default none */
  faults?: { choices: FaultChoice[]; set: (name: string | undefined) => void }
  /** Pages of other servers that the page links to. @default none */
  links?: PreviewLink[]
}

export interface Preview {
  /** URL of the page with all phones. */
  url: string
  /** Each phone on a page of its own, in the order of the options. */
  phones: { name: string; url: string }[]
  /** Adds a row to the panel of requests. */
  tell: (activity: Activity) => void
  close: () => Promise<void>
}

/**
 * Serves a mini program to the browser, on the loopback interface: one origin for each phone, so that each
 * has its own storage and connections, and a page that shows all phones.
 * @throws Error when the scripts of the preview are not built, or the port is in use
 */
export async function startPreview(options: PreviewOptions): Promise<Preview> {
  const scripts = scriptsFolder()
  const appid = options.appid ?? 'wx0000000000000000'
  const source = new SourceWatch(options.root, options.project)
  const log = new RequestLog()
  const shell = new Shell({ source, scripts, log, options })
  const routes = readRoutes(options.routes ?? {})
  const servers: Server[] = []
  const listen = async (server: Server, port = 0): Promise<string> => {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(port, '127.0.0.1', resolve)
    })
    servers.push(server)
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  }
  const close = async () => {
    source.close()
    log.close()
    for (const server of servers) {
      server.close()
      server.closeAllConnections()
    }
  }
  try {
    for (const phone of options.phones) {
      const { name, openid, language = 'zh_CN', theme = 'light' } = phone
      const server = createPhoneServer({
        scripts,
        settings: {
          name,
          appid,
          language,
          theme,
          urlCheck: source.tree.urlCheck,
          device: deviceProfile(phone.platform).platform,
          undeclaredPrivacy: phone.undeclaredPrivacy ?? [],
          domains: phone.domains ?? options.domains,
          routed: Object.keys(options.routes ?? {}),
        },
        identity: { appid, openid },
        functions: options.functions,
        storage: options.storage,
        route: options.route,
        replace: routes,
        source,
        log,
        describe: (request) => options.describe?.(request, phone),
      })
      const { platform = 'devtools' } = phone
      shell.phones.push({ name, openid, language, platform, url: await listen(server) })
    }
    const url = await listen(shell.createServer(), options.port)
    return {
      url,
      phones: shell.phones.map((phone) => ({ name: phone.name, url: phone.url })),
      tell: (activity) => log.report(activity),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** In the build it is next to this file; from source it is in dist. */
function scriptsFolder(): string {
  const places = [join(__dirname, 'browser'), join(__dirname, '../../dist/browser')]
  const found = places.find((place) => existsSync(join(place, 'phone.js')))
  if (!found) throw new Error('the preview is not built: npm run build')
  return found
}

/**
 * Reads the option `routes`.
 * @returns a function that returns the replacement of a URL
 * @throws Error that names the route whose target is not a URL
 */
export function readRoutes(routes: Record<string, string>): (url: URL) => URL | undefined {
  const entries = Object.entries(routes).map(([key, target]) => {
    if (!URL.canParse(target) || !/^https?:/.test(target)) {
      throw new Error(
        `route ${key}: "${target}" must be a URL that begins with http:// or https://`,
      )
    }
    return { key, target }
  })
  return (url) => {
    const found = entries.find(({ key }) => isRouted(url, key))
    if (!found) return undefined
    const { key, target } = found
    const replacement = new URL(target)
    // The rest of the path is kept.
    const rest = key.startsWith('/')
      ? ''
      : /^https?:/.test(key)
        ? url.pathname.slice(new URL(key).pathname.length)
        : url.pathname
    replacement.pathname =
      replacement.pathname.replace(/\/$/, '') + (rest && !rest.startsWith('/') ? `/${rest}` : rest)
    for (const [name, value] of url.searchParams) replacement.searchParams.append(name, value)
    return replacement
  }
}
