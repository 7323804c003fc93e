import { existsSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { DomainLists } from '../network/domains'
import type { Route } from '../network/exchange'
import type { Activity } from './activity'
import { createPhoneServer } from './phoneServer'
import { Shell } from './shellServer'
import { SourceWatch } from './sourceWatch'

export interface PreviewPhone {
  name: string
  /** Who is signed in. */
  openid: string
  /** As `wx.getAppBaseInfo().language` tells it. @default 'zh_CN' */
  language?: string
  /** @default 'light' */
  theme?: 'light' | 'dark'
  /** Server domains of the console, where they are to differ from the others'. */
  domains?: DomainLists
}

export interface PreviewOptions {
  /** Folder with app.json. */
  root: string
  phones: PreviewPhone[]
  /** Address of the function host. */
  functions: string
  /** Where hosts lead; undefined for a host goes to the real network. */
  route: Route
  /** The mini program's server domains. */
  domains: DomainLists
  /** @default 'wx0000000000000000' */
  appid?: string
  /** Port of the page with all phones. 0 takes any free one. @default 0 */
  port?: number
}

export interface Preview {
  /** The page with all phones. */
  url: string
  /** Each phone alone, in the order of the options. */
  phones: { name: string; url: string }[]
  /** Shows something in the panel. */
  tell: (activity: Activity) => void
  close: () => Promise<void>
}

/**
 * Shows a mini program in the browser, on loopback: one page for each phone, at an origin of its own so that
 * storage and connections are its own too, and a page around them.
 *
 * @throws Error when the scripts of the preview are not built, or the port is taken
 */
export async function startPreview(options: PreviewOptions): Promise<Preview> {
  const scripts = scriptsFolder()
  const appid = options.appid ?? 'wx0000000000000000'
  const source = new SourceWatch(options.root)
  const shell = new Shell(source, scripts)
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
    for (const server of servers) {
      server.close()
      server.closeAllConnections()
    }
  }
  try {
    for (const { name, openid, language = 'zh_CN', theme = 'light', domains } of options.phones) {
      const server = createPhoneServer({
        root: options.root,
        scripts,
        settings: {
          name,
          appid,
          language,
          theme,
          urlCheck: true,
          domains: domains ?? options.domains,
        },
        identity: { appid, openid },
        functions: options.functions,
        route: options.route,
        source,
        tell: (activity) => shell.tell(activity),
      })
      shell.phones.push({ name, openid, language, url: await listen(server) })
    }
    const url = await listen(shell.createServer(), options.port)
    return {
      url,
      phones: shell.phones.map((phone) => ({ name: phone.name, url: phone.url })),
      tell: (activity) => shell.tell(activity),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** Built beside this file, or in dist when this runs from source. */
function scriptsFolder(): string {
  const places = [join(__dirname, 'browser'), join(__dirname, '../../dist/browser')]
  const found = places.find((place) => existsSync(join(place, 'phone.js')))
  if (!found) throw new Error('the preview is not built: npm run build')
  return found
}
