import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { CosConfig } from '@miniprogram-cos/server'
import type { Simulator } from '@miniprogram-cos/simulator'
// Types only: the built file is loaded, as WeChat does.
import type { COS, GetObjectUrlParams } from 'miniprogram-cos'
import { at, ownFile } from '../project'
import { limitsSize, signaturePaths } from '../signatureHints'
import { type DomainLists, domainLists } from '../wechat/domainLists'

/** The client as copied by WeChat's npm builder. */
const CLIENT = 'node_modules/miniprogram-cos/miniprogram_dist/index.js'

/** The project's client or, if it is not installed yet, the one of this package. */
function clientFile(): string {
  const installed = at(CLIENT)
  if (existsSync(installed)) return installed
  const description = createRequire(ownFile('package.json')).resolve('miniprogram-cos/package.json')
  return join(dirname(description), 'miniprogram_dist/index.js')
}

/** A simulated phone with the built client, signed in as one user. */
export interface Phone {
  name: string
  openid: string
  cos: COS
  simulator: Simulator
}

/** Maximum size of an upload in one request (document 436/7749). */
const MAX_SIMPLE_BYTES = 5 * 1024 ** 3

/** The addresses of a phone's requests: the function host, and a COS that replaces the real one. */
export interface PhoneNetwork {
  functions: string
  cos?: string
}

/** @param domains the server domains of its mini program. @default those that `domains` prints */
export async function createPhone(
  { functions, cos: localCos }: PhoneNetwork,
  { name, openid }: { name: string; openid: string },
  folder: string,
  config: CosConfig,
  domains: DomainLists = domainLists(config),
): Promise<Phone> {
  const { createSimulator, loadModule } = await import('@miniprogram-cos/simulator')
  const storage = join(folder, openid)
  mkdirSync(storage, { recursive: true })
  const simulator = createSimulator({
    folder: storage,
    openid,
    ...(config.appid === undefined ? {} : { appid: config.appid }),
    functions,
    // The client uses production's host names.
    route: (host) => (host.endsWith('.myqcloud.com') ? localCos : undefined),
    domains,
  })
  simulator.wx.cloud.init()
  const Client = loadModule<typeof COS>(clientFile(), {
    wx: simulator.wx,
  })
  const isByKey = signaturePaths(config).length === 0
  const cos = Client.cloud({
    mode: isByKey ? 'keys' : 'signature',
    ProgressInterval: 100,
    // A rule with a size limit accepts no uploads in parts.
    ...(limitsSize(config) ? { SliceSize: MAX_SIMPLE_BYTES } : {}),
  })
  return { name, openid, cos, simulator }
}

const run = promisify(execFile)

/** Opens signed URLs with an HTTP client other than a phone. */
export interface UrlReader {
  name: string
  /** Parameters that the URLs require. */
  params: Partial<GetObjectUrlParams>
  read: (url: string) => Promise<{ status: number; bytes: Buffer }>
}

/**
 * Opens URLs of the local COS with curl, with a host below localhost, which resolves to this computer; without curl, with
 * Node.
 * @param isSignedByFunction cos-signature signs only the production host: the client then connects to this computer for
 * that host
 */
export function localReader(cos: string, isSignedByFunction = false): UrlReader {
  const { hostname, port } = new URL(cos)
  const local = { Domain: `{Bucket}.cos.{Region}.localhost:${port}`, Protocol: 'http:' } as const
  const params = isSignedByFunction ? {} : local
  if (spawnSync('curl', ['--version']).status !== 0) {
    const read = (url: string) => {
      const { host, pathname, search } = new URL(url)
      return readAll(request({ hostname, port, path: pathname + search, headers: { host } }))
    }
    return { name: 'Node', params, read }
  }
  return {
    name: 'curl',
    params,
    async read(url) {
      const args = ['-sS', '-w', '%{stderr}%{http_code}', ...curlTarget(url, cos)]
      const { stdout, stderr } = await run('curl', args, {
        encoding: 'buffer',
        maxBuffer: 2 ** 31,
      })
      return { status: Number(String(stderr)), bytes: stdout }
    },
  }
}

/** Arguments of curl that open a URL of the local COS: one that names the production host is sent to this computer. */
function curlTarget(url: string, cos: string): string[] {
  const { host, hostname, pathname, search } = new URL(url)
  if (hostname.endsWith('.localhost')) return [url]
  return ['-H', `Host: ${host}`, `http://${new URL(cos).host}${pathname}${search}`]
}

/** A command line that downloads a URL of the local COS into a file. */
export function curlCommand(url: string, cos: string, file: string): string {
  return ['curl', '-o', ...[file, ...curlTarget(url, cos)].map(shellWord)].join(' ')
}

/** A word of a POSIX shell's command line. */
function shellWord(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}

/** Opens URLs of the real bucket. */
export const nodeReader: UrlReader = {
  name: 'Node',
  params: {},
  read: (url) => readAll(httpsRequest(url)),
}

/** Sends a request without a body. */
async function readAll(sent: ClientRequest): Promise<{ status: number; bytes: Buffer }> {
  sent.end()
  const [response] = (await once(sent, 'response')) as [IncomingMessage]
  const chunks: Buffer[] = []
  for await (const chunk of response) chunks.push(chunk)
  return { status: response.statusCode ?? 0, bytes: Buffer.concat(chunks) }
}
