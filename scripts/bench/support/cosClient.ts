import { createHash, createHmac } from 'node:crypto'
import { Agent, request } from 'node:http'
import { signRequest } from '@miniprogram-cos/protocol'

const HOST = 'media-1250000000.cos.ap-guangzhou.myqcloud.com'

export interface Reply {
  status: number
  bytes: number
  text: string
}

const hash = {
  sha1: (text: string) => createHash('sha1').update(text).digest('hex'),
  hmacSha1: (key: string, text: string) => createHmac('sha1', key).update(text).digest('hex'),
}

/** A client with little overhead of its own: each request is signed once, response bodies are counted. */
export class CosClient {
  readonly #origin: URL
  readonly #agent: Agent
  readonly #key: { SecretId: string; SecretKey: string }
  readonly #signed = new Map<string, string>()

  constructor(origin: string, key: { SecretId: string; SecretKey: string }, connections: number) {
    this.#origin = new URL(origin)
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections })
    this.#key = key
  }

  /** The Authorization of a request, cached. */
  sign(method: string, key: string, query: Record<string, string> = {}): string {
    const name = `${method} ${key} ${JSON.stringify(query)}`
    let made = this.#signed.get(name)
    if (!made) {
      const now = Math.floor(Date.now() / 1000)
      const signing = { ...this.#key, keyTime: `${now - 60};${now + 86_400}` }
      const signed = { method, pathname: `/${key}`, query, headers: { host: HOST } }
      made = signRequest(signed, signing, hash).authorization
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
