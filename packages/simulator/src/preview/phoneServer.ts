import { createHash } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { realClock } from '../clock'
import { createCloud, type Identity } from '../node/cloud'
import { type Route, readAll } from '../node/network'
import type { WxFailure } from '../wxRules/callbacks'
import { forward, PhoneConnection } from './forward'
import { documentWith, pageServer, relativePath, sendFile } from './http'
import type { PhoneSettings, RequestDescription, SentRequest } from './protocol'
import type { RequestLog } from './requestLog'
import type { SourceWatch } from './sourceWatch'

/**
 * The storage of `wx.cloud`: executes an action `storage.…` of the CloudBase API.
 * @throws Error that describes the invalid parameter
 */
export type CloudStorage = (
  action: string,
  params: Record<string, unknown>,
) => Promise<Record<string, unknown>>

export interface PhoneServices {
  /** Folder of the preview's built scripts. */
  scripts: string
  settings: PhoneSettings
  identity: Identity
  functions: string
  storage: CloudStorage | undefined
  route: Route
  /** The address that is requested instead of a URL; undefined for its own. */
  replace: (url: URL) => URL | undefined
  source: SourceWatch
  log: RequestLog
  describe: (request: SentRequest) => RequestDescription | undefined
}

/** A phone as its server knows it. */
interface ServedPhone extends PhoneServices {
  connection: PhoneConnection
}

/** Serves one phone: its page, its network and its cloud functions, with the user's identity. */
export function createPhoneServer(services: PhoneServices): Server {
  const phone = { ...services, connection: new PhoneConnection() }
  return pageServer(500, (request, response, url) => serve(phone, request, response, url))
}

async function serve(
  services: ServedPhone,
  request: IncomingMessage,
  response: ServerResponse,
  { pathname, searchParams }: URL,
): Promise<void> {
  const send = (type: string, body: string) =>
    void response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body)
  if (pathname === '/') {
    // Only the page with all phones may show a phone, because a phone sends it what the app stores and requests.
    response.setHeader('Content-Security-Policy', `frame-ancestors ${LOOPBACK}`)
    send(
      'text/html; charset=utf-8',
      documentWith('__phone', services.settings, {
        name: 'phone',
        body: SCREEN,
        scripts: ['phone', 'app'],
      }),
    )
  } else if (pathname === '/app.js') {
    send('text/javascript; charset=utf-8', (await services.source.compiled()).script)
  } else if (pathname === '/app.js.map') {
    send('application/json', (await services.source.compiled()).sourceMap)
  } else if (pathname === '/wx/net') {
    const { log, settings } = services
    await forward(request, response, {
      ...services,
      appid: services.identity.appid,
      onUpdate: (update) => log.update({ who: settings.name, ...update }),
      onRequestId: (id, requestId) => log.join(id, requestId),
    })
  } else if (pathname === '/wx/cloud') {
    send('application/json', JSON.stringify(await callFunction(services, request)))
  } else if (pathname === '/wx/storage') {
    const { action, params } = JSON.parse((await readAll(request)).toString('utf8'))
    const answer = await services.storage?.(String(action), params).catch((error: Error) => ({
      code: error.name,
      message: error.message,
    }))
    send('application/json', JSON.stringify(answer ?? { isMissing: true }))
  } else if (pathname === '/wx/file') {
    await sendCloudFile(services, searchParams.get('id') ?? '', response)
  } else if (pathname === '/wx/digest') {
    const hash = createHash(searchParams.get('algorithm') ?? 'md5')
    await pipeline(request, hash)
    send('text/plain', hash.digest('hex'))
  } else if (pathname === '/wx/events') {
    services.source.listen(response)
  } else if (pathname.startsWith('/app/')) {
    const path = relativePath(pathname.slice('/app'.length))
    sendFile(response, services.source.tree.real(path))
  } else {
    sendFile(response, join(services.scripts, relativePath(pathname)))
  }
}

async function callFunction(services: PhoneServices, request: IncomingMessage): Promise<object> {
  const { name, data } = JSON.parse((await readAll(request)).toString('utf8'))
  const cloud = createCloud(services.functions, services.identity, realClock)
  cloud.init()
  const started = Date.now()
  const id = crypto.randomUUID()
  const report = (status: number, code?: string, text?: string) =>
    services.log.update({
      id,
      ...(code ? { code } : {}),
      status,
      milliseconds: Date.now() - started,
      ...(text ? { responseText: text } : {}),
    })
  services.log.update({
    id,
    time: new Date(started).toISOString(),
    who: services.settings.name,
    api: 'callFunction',
    operation: 'callFunction',
    key: name,
  })
  try {
    const { result } = (await cloud.callFunction({ name, data })) as { result: unknown }
    report(200)
    return { result }
  } catch (error) {
    const failure = error as WxFailure
    report(500, String(failure.errCode ?? ''), failure.errMsg)
    return { failure }
  }
}

/** Sends a file of the storage, which `src` of an image may name. */
async function sendCloudFile(
  { storage }: PhoneServices,
  fileid: string,
  response: ServerResponse,
): Promise<void> {
  const answer = await storage?.('storage.batchGetDownloadUrl', { file_list: [{ fileid }] })
  const { download_list: [file] = [] } = Object(answer?.data)
  const found = file?.tempFileURL ? await fetch(encodeURI(file.tempFileURL)) : undefined
  const type = found?.headers.get('content-type') ?? 'text/plain'
  response.writeHead(found?.status ?? 404, { 'Content-Type': type })
  response.end(found && Buffer.from(await found.arrayBuffer()))
}

const LOOPBACK = 'http://127.0.0.1:* http://localhost:*'

/** Bars, the name of the network, battery; phone.css shows the network that the phone has. */
const SIGNAL =
  '<svg class="bars" width="17" height="12" viewBox="0 0 17 12" fill="currentColor" aria-hidden="true">' +
  '<rect y="7" width="3" height="5" rx="1"/><rect x="4.5" y="5" width="3" height="7" rx="1"/>' +
  '<rect x="9" y="2.5" width="3" height="9.5" rx="1"/><rect x="13.5" width="3" height="12" rx="1"/></svg>' +
  '<svg class="wifi" width="16" height="12" viewBox="0 0 16 12" fill="none" stroke="currentColor" ' +
  'stroke-width="1.8" aria-hidden="true"><path d="M1 4.2a10 10 0 0 1 14 0M3.6 7a6.3 6.3 0 0 1 8.8 0"/>' +
  '<circle cx="8" cy="10" r="1.3" fill="currentColor" stroke="none"/></svg>' +
  '<svg width="23" height="12" viewBox="0 0 23 12" fill="currentColor" aria-hidden="true">' +
  '<rect x=".5" y=".5" width="20" height="11" rx="3" fill="none" stroke="currentColor" opacity=".4"/>' +
  '<rect x="2" y="2" width="17" height="8" rx="1.5"/><rect x="21.5" y="4" width="1.5" height="4" rx=".7" opacity=".4"/></svg>'

const SCREEN = `<div id="phone">
  <div id="status"><span>9:41</span><span id="network">${SIGNAL}</span></div>
  <header id="nav"></header>
  <main id="pages"></main>
  <nav id="tabs" hidden></nav>
</div>
`
