import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { checkPlan, type FaultPlan, type FaultPlanOptions } from '../cos/faults/faultPlan'
import type { LogEntry } from '../cos/serve'
import type { Store } from '../cos/store/store'
import type { KeyRing } from '../keys/keyRing'
import { overviewPage } from './overviewPage'

const KEPT_ENTRIES = 200
const MAX_BODY_BYTES = 64 * 1024

/** A listener that reads too slowly to keep up is let go, before its lines fill the memory. */
const MAX_UNREAD_BYTES = 1024 * 1024

/** What the admin address looks at and steers. */
export interface AdminServices {
  store: Store
  keys: KeyRing
  faults: FaultPlan
  data: DataOperations
}

/** What may be done with the data from outside. */
export interface DataOperations {
  reset: () => Promise<void>
  seed: (folder: string, bucket?: string) => Promise<number>
  export: (folder: string, bucket?: string) => Promise<number>
}

/** Looks at the local cloud from outside, and makes it misbehave. Loopback only. */
export class Admin {
  readonly #services: AdminServices
  readonly #entries: LogEntry[] = []
  readonly #listeners = new Set<ServerResponse>()

  constructor(services: AdminServices) {
    this.#services = services
  }

  /** Takes an entry of the request log. */
  tell(entry: LogEntry): void {
    this.#entries.push(entry)
    if (this.#entries.length > KEPT_ENTRIES) this.#entries.shift()
    if (this.#listeners.size === 0) return
    const line = `data: ${JSON.stringify(entry)}\n\n`
    for (const listener of this.#listeners) {
      if (listener.writableLength > MAX_UNREAD_BYTES) listener.destroy()
      else listener.write(line)
    }
  }

  createServer(): Server {
    return createServer((request, response) => {
      this.#serve(request, response).catch((error: Error) => {
        response.writeHead(400, { 'Content-Type': 'application/json' })
        response.end(JSON.stringify({ error: error.message }))
      })
    })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A page in a browser must not be able to steer this by a form or a fetch from elsewhere.
    const host = request.headers.host ?? ''
    if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host) || request.headers.origin) {
      response.writeHead(403)
      response.end()
      return
    }
    const { store, keys, faults, data } = this.#services
    const json = (value: unknown) => {
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify(value))
    }
    switch (`${request.method} ${request.url}`) {
      case 'GET /':
        response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
        response.end(await overviewPage(store, keys, this.#entries))
        return
      case 'GET /log':
        json(this.#entries)
        return
      case 'GET /events':
        response.writeHead(200, {
          'Content-Type': 'text/event-stream',
          'Cache-Control': 'no-store',
        })
        response.write(': the requests of the local COS, as they happen\n\n')
        this.#listeners.add(response)
        response.on('close', () => this.#listeners.delete(response))
        return
      case 'GET /faults':
        json({ rules: faults.rules })
        return
      case 'PUT /faults':
        faults.set(await readPlan(request))
        json({ rules: faults.rules })
        return
      case 'POST /reset':
        await data.reset()
        json({})
        return
      case 'POST /seed': {
        const { folder, bucket } = await readFolder(request)
        json({ objects: await data.seed(folder, bucket) })
        return
      }
      case 'POST /export': {
        const { folder, bucket } = await readFolder(request)
        json({ objects: await data.export(folder, bucket) })
        return
      }
      default:
        response.writeHead(404)
        response.end()
    }
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > MAX_BODY_BYTES) throw new Error('the body is too large')
  }
  return JSON.parse(text)
}

/** @throws Error that says what is missing */
async function readFolder(request: IncomingMessage): Promise<{ folder: string; bucket?: string }> {
  const { folder, bucket } = (await readJson(request)) as { folder?: unknown; bucket?: unknown }
  if (typeof folder !== 'string' || folder === '') throw new Error('the body needs a "folder"')
  return { folder, ...(typeof bucket === 'string' ? { bucket } : {}) }
}

/** @throws Error that says what is wrong with the plan */
async function readPlan(request: IncomingMessage): Promise<FaultPlanOptions> {
  return checkPlan((await readJson(request)) as Partial<FaultPlanOptions>)
}
