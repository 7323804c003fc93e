import { execFile, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { promisify } from 'node:util'
import type { GetObjectUrlParams } from 'miniprogram-cos'

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
