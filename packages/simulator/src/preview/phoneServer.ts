import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import type { WxFailure } from '../callbacks'
import { createCloud, type Identity } from '../cloud/cloud'
import { realClock } from '../network/clock'
import { type Route, readAll } from '../network/exchange'
import type { Activity } from './activity'
import { forward } from './forward'
import { isOwn } from './isOwn'
import { phonePage } from './phonePage'
import type { PhoneSettings } from './phoneSettings'
import { sendFile } from './sendFile'
import type { SourceWatch } from './sourceWatch'

export interface PhoneServices {
  /** Folder with app.json. */
  root: string
  /** Folder of the built scripts of the preview. */
  scripts: string
  settings: PhoneSettings
  identity: Identity
  functions: string
  route: Route
  source: SourceWatch
  tell: (activity: Activity) => void
}

/** One phone: its page, and what the page may ask of the machine. Who its user is, is decided here. */
export function createPhoneServer(services: PhoneServices): Server {
  return createServer((request, response) => {
    serve(services, request, response).catch((error: Error) => {
      if (response.headersSent) response.destroy()
      else response.writeHead(500, { 'Content-Type': 'text/plain' }).end(error.message)
    })
  })
}

async function serve(
  services: PhoneServices,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://phone')
  const send = (type: string, body: string) =>
    void response.writeHead(200, { 'Content-Type': type, 'Cache-Control': 'no-store' }).end(body)
  if (!isOwn(request, pathname === '/')) {
    response.writeHead(403).end()
    return
  }
  if (pathname === '/') {
    send('text/html; charset=utf-8', phonePage(services.settings))
  } else if (pathname === '/app.js') {
    send('text/javascript; charset=utf-8', await services.source.script())
  } else if (pathname === '/wx/net') {
    forward(request, response, { appid: services.identity.appid, route: services.route })
  } else if (pathname === '/wx/cloud') {
    send('application/json', JSON.stringify(await callFunction(services, request)))
  } else if (pathname === '/wx/digest') {
    const hash = createHash(searchParams.get('algorithm') ?? 'md5')
    await pipeline(request, hash)
    send('text/plain', hash.digest('hex'))
  } else if (pathname === '/wx/events') {
    services.source.listen(response)
  } else if (pathname.startsWith('/app/')) {
    sendFile(response, services.root, pathname.slice('/app'.length))
  } else {
    sendFile(response, services.scripts, pathname)
  }
}

async function callFunction(services: PhoneServices, request: IncomingMessage): Promise<object> {
  const { name, data } = JSON.parse((await readAll(request)).toString('utf8'))
  const cloud = createCloud(services.functions, services.identity, realClock)
  cloud.init()
  const started = Date.now()
  const tell = (status: number, code?: string) =>
    services.tell({
      time: new Date(started).toISOString(),
      who: services.settings.name,
      operation: 'callFunction',
      key: name,
      status,
      ...(code ? { code } : {}),
      milliseconds: Date.now() - started,
    })
  try {
    const { result } = (await cloud.callFunction({ name, data })) as { result: unknown }
    tell(200)
    return { result }
  } catch (error) {
    const failure = error as WxFailure
    tell(500, String(failure.errCode ?? ''))
    return { failure }
  }
}
