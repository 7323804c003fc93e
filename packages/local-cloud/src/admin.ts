import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { escapeXml } from '@miniprogram-cos/protocol'
import { checkPlan, type FaultPlan } from './cos/faults'
import type { Statement } from './cos/policy/parsePolicy'
import type { LogEntry } from './cos/requestLog'
import type { ObjectRecord, UploadRecord } from './cos/store/records'
import type { Store } from './cos/store/store'
import type { KeyRing } from './keys'

const KEPT_ENTRIES = 200
const MAX_BODY_BYTES = 64 * 1024

/** A listener with more unsent bytes is disconnected: it cannot keep up. */
const MAX_UNREAD_BYTES = 1024 * 1024

/** What the admin server shows and changes. */
export interface AdminServices {
  store: Store
  keys: KeyRing
  faults: FaultPlan
  operations: DataOperations
}

/** Operations on all of the data. */
export interface DataOperations {
  reset: () => Promise<void>
  seed: (folder: string, bucket?: string) => Promise<number>
  export: (folder: string, bucket?: string) => Promise<number>
}

/** Shows the state of the local cloud and injects faults. */
export class Admin {
  readonly #services: AdminServices
  readonly #entries: LogEntry[] = []
  readonly #listeners = new Set<ServerResponse>()

  constructor(services: AdminServices) {
    this.#services = services
  }

  /** Records an entry of the request log and sends it to the listeners of `/events`. */
  record(entry: LogEntry): void {
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
    // No web page may use this: neither by a cross-origin request nor by DNS rebinding.
    const host = request.headers.host ?? ''
    if (!/^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host) || request.headers.origin) {
      response.writeHead(403)
      response.end()
      return
    }
    const { store, keys, faults, operations } = this.#services
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
        response.write(': requests of the local COS\n\n')
        this.#listeners.add(response)
        response.on('close', () => this.#listeners.delete(response))
        return
      case 'GET /faults':
        json({ rules: faults.rules })
        return
      case 'PUT /faults':
        faults.set(checkPlan(await readJson(request)))
        json({ rules: faults.rules })
        return
      case 'POST /reset':
        await operations.reset()
        json({})
        return
      case 'POST /seed': {
        const { folder, bucket } = await readFolder(request)
        json({ objects: await operations.seed(folder, bucket) })
        return
      }
      case 'POST /export': {
        const { folder, bucket } = await readFolder(request)
        json({ objects: await operations.export(folder, bucket) })
        return
      }
      default:
        response.writeHead(404)
        response.end()
    }
  }
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of request) {
    text += String(chunk)
    if (text.length > MAX_BODY_BYTES) throw new Error('the body is too large')
  }
  const value: unknown = JSON.parse(text)
  if (typeof value !== 'object' || value === null) throw new Error('the body must be an object')
  return { ...value }
}

/** @throws Error when the folder is missing */
async function readFolder(request: IncomingMessage): Promise<{ folder: string; bucket?: string }> {
  const { folder, bucket } = await readJson(request)
  if (typeof folder !== 'string' || folder === '') throw new Error('the body needs a "folder"')
  return { folder, ...(typeof bucket === 'string' ? { bucket } : {}) }
}

/** Keys and uploads shown of each bucket. */
const SHOWN = 200

/** The admin page: buckets with their first keys and uploads, issued keys, the last requests. */
async function overviewPage(
  store: Store,
  keys: KeyRing,
  entries: readonly LogEntry[],
): Promise<string> {
  const sections: string[] = []
  for (const bucket of store.buckets.list()) {
    const objects: ObjectRecord[] = []
    await store.objects.scan(bucket.name, '', '', (object) => {
      objects.push(object)
      return objects.length < SHOWN ? 'next' : 'stop'
    })
    const uploads: UploadRecord[] = []
    await store.uploads.scan(bucket.name, '', '', (upload) => {
      uploads.push(upload)
      return uploads.length < SHOWN ? 'next' : 'stop'
    })
    sections.push(
      `<h2>${escapeXml(bucket.name)} <small>${escapeXml(bucket.region)}</small></h2>`,
      table(
        ['key', 'bytes', 'modified', 'ETag'],
        objects.map(({ key, size, lastModified, etag }) => [key, String(size), lastModified, etag]),
      ),
      uploads.length > 0 ? '<h3>uploads in progress</h3>' : '',
      uploads.length > 0
        ? table(
            ['key', 'UploadId', 'initiated'],
            uploads.map(({ key, uploadId, initiated }) => [key, uploadId, initiated]),
          )
        : '',
    )
  }
  if (keys.issued.length > 0) {
    const rows = keys.issued.map(({ name, SecretId, ExpiredTime, policy }) => [
      name,
      SecretId,
      new Date(ExpiredTime * 1000).toISOString(),
      policy.statement.map(describe).join('\n'),
    ])
    const head = ['name', 'SecretId', 'until', 'may']
    sections.push(`<h2>issued keys</h2>${table(head, rows)}`)
  }
  const requests = table(
    ['time', 'who', 'operation', 'request', 'status', 'code', 'decision'],
    [...entries]
      .reverse()
      .map(({ time, who, operation, method, url, status, code = '', decision = '' }) => [
        time.slice(11, 23),
        who,
        operation,
        `${method} ${url.slice(0, 120)}`,
        String(status),
        code,
        decision,
      ]),
  )
  return `<!doctype html><meta charset="utf-8"><title>local COS</title><style>${STYLE}</style>
<h1>local COS</h1>${sections.join('')}<h2>requests</h2>${requests}
<script>new EventSource('/events').onmessage=()=>{clearTimeout(window.t);window.t=setTimeout(()=>location.reload(),500)}</script>`
}

function describe({ effect, action, resource, condition }: Statement): string {
  const paths = resource.map((one) => one.split(':').slice(5).join(':') || one)
  const when = condition ? ` when ${JSON.stringify(condition)}` : ''
  const what = action.map((one) => one.replace(/^(name\/)?cos:/, ''))
  return `${effect} ${what.join(', ')} on ${paths.join(', ')}${when}`
}

const STYLE = `body{font:14px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem;color:#1d2129}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.3rem .6rem;border-bottom:1px solid #e5e6eb;overflow-wrap:break-word;vertical-align:top;white-space:pre-line}
th{font-weight:600;color:#4e5969}small{color:#86909c;font-weight:400}`

function table(head: string[], rows: string[][]): string {
  const cells = (tag: string, row: string[]) =>
    row.map((cell) => `<${tag}>${escapeXml(cell)}</${tag}>`).join('')
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('')
  return `<table><tr>${cells('th', head)}</tr>${body}</table>`
}
