import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { FaultPlan, FaultPlanOptions } from '../cos/faults/faultPlan'
import type { LogEntry } from '../cos/serve'
import type { Store } from '../cos/store/store'
import { overviewPage } from './overviewPage'

const KEPT_ENTRIES = 200
const MAX_BODY_BYTES = 64 * 1024

/** Looks at the local cloud from outside, and makes it misbehave. Loopback only. */
export class Admin {
  readonly #store: Store
  readonly #faults: FaultPlan
  readonly #entries: LogEntry[] = []
  readonly #listeners = new Set<ServerResponse>()

  constructor(store: Store, faults: FaultPlan) {
    this.#store = store
    this.#faults = faults
  }

  /** Takes an entry of the request log. */
  tell(entry: LogEntry): void {
    this.#entries.push(entry)
    if (this.#entries.length > KEPT_ENTRIES) this.#entries.shift()
    for (const listener of this.#listeners) listener.write(`data: ${JSON.stringify(entry)}\n\n`)
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
    const json = (value: unknown) => {
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify(value))
    }
    switch (`${request.method} ${request.url}`) {
      case 'GET /':
        response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
        response.end(await overviewPage(this.#store, this.#entries))
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
        json({ rules: this.#faults.rules })
        return
      case 'PUT /faults':
        this.#faults.set(await readPlan(request))
        json({ rules: this.#faults.rules })
        return
      default:
        response.writeHead(404)
        response.end()
    }
  }
}

const KINDS = new Set(['latency', 'drop', 'error', 'truncate', 'date', 'bandwidth'])

/** @throws Error that says what is wrong with the plan */
async function readPlan(request: IncomingMessage): Promise<FaultPlanOptions> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > MAX_BODY_BYTES) throw new Error('the plan is too large')
  }
  const plan = JSON.parse(text) as Partial<FaultPlanOptions>
  if (!Array.isArray(plan.rules)) throw new Error('the plan needs a list "rules"')
  for (const [i, rule] of plan.rules.entries()) {
    if (!KINDS.has(rule?.action?.kind)) {
      throw new Error(`rules[${i}].action.kind must be one of ${[...KINDS].join(', ')}`)
    }
  }
  return plan as FaultPlanOptions
}
