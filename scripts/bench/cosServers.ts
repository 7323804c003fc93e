import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { join } from 'node:path'
import { signRequest } from '@miniprogram-cos/protocol'
import { nodeHash } from '@miniprogram-cos/server'
import { at, ROOT } from '../build/root'

export const KEY = { SecretId: 'AKIDbench', SecretKey: 'benchsecret' }

/** A server in a process of its own, so that its CPU time is not the client's. */
export interface ChildServer {
  address: string
  /** Resident memory in MiB. */
  memory: () => number
  stop: () => Promise<void>
}

/** Starts the built local COS, with its data in a folder. */
export function startCos(folder: string, name: string): Promise<ChildServer> {
  const program = at('test/support/bareCloud.js')
  return startServer([program, join(folder, name), KEY.SecretId, KEY.SecretKey])
}

/** Starts the bare server that the local COS is compared with. */
export function startBaseline(folder: string): Promise<ChildServer> {
  const program = at('scripts/bench/baselineServer.ts')
  return startServer(['--import', 'tsx', program, folder])
}

/** Starts a Node program that prints its address. */
async function startServer(args: string[]): Promise<ChildServer> {
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = (await once(child.stdout, 'data')) as [Buffer]
  return {
    address: line.toString().trim(),
    memory() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024
    },
    async stop() {
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}

const HOST = 'media-1250000000.cos.ap-guangzhou.myqcloud.com'

interface Reply {
  status: number
  bytes: number
  text: string
}

/** A client with little overhead of its own: each request is signed once, response bodies are counted. */
export class CosClient {
  readonly #origin: URL
  readonly #agent: Agent
  readonly #signed = new Map<string, string>()

  constructor(origin: string, connections: number) {
    this.#origin = new URL(origin)
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections })
  }

  /** The Authorization of a request, cached. */
  sign(method: string, key: string, query: Record<string, string> = {}): string {
    const name = `${method} ${key} ${JSON.stringify(query)}`
    let made = this.#signed.get(name)
    if (!made) {
      const now = Math.floor(Date.now() / 1000)
      const signing = { ...KEY, keyTime: `${now - 60};${now + 86_400}` }
      const signed = { method, pathname: `/${key}`, query, headers: { host: HOST } }
      made = signRequest(signed, signing, nodeHash).authorization
      this.#signed.set(name, made)
    }
    return made
  }

  send(
    method: string,
    key: string,
    { body, query = {} }: { body?: Buffer; query?: Record<string, string> } = {},
  ): Promise<Reply> {
    const search = new URLSearchParams(query).toString()
    return new Promise((resolve, reject) => {
      const sent = request(
        {
          host: this.#origin.hostname,
          port: this.#origin.port,
          agent: this.#agent,
          method,
          path: `/${key}${search ? `?${search}` : ''}`,
          headers: {
            Host: HOST,
            Authorization: this.sign(method, key, query),
            ...(body ? { 'Content-Length': body.length } : {}),
          },
        },
        (response) => {
          let bytes = 0
          const small: Buffer[] = []
          response.on('data', (chunk: Buffer) => {
            bytes += chunk.length
            if (bytes < 1024 * 1024) small.push(chunk)
          })
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              bytes,
              text: Buffer.concat(small).toString('latin1'),
            }),
          )
        },
      )
      sent.on('error', reject)
      sent.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** Runs `count` tasks, `atOnce` at a time. */
export async function inParallel(
  count: number,
  atOnce: number,
  task: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) await task(next++)
    }),
  )
}
