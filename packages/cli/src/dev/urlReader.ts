import { execFile } from 'node:child_process'
import { get } from 'node:https'
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
 * Uses curl, with a host below localhost, which resolves to this computer.
 * @param isSignedByFunction cos-signature signs only the production host: curl then connects to this computer for that host
 */
export function curlAt(cos: string, isSignedByFunction = false): UrlReader {
  const { host: address, port } = new URL(cos)
  const local = { Domain: `{Bucket}.cos.{Region}.localhost:${port}`, Protocol: 'http:' } as const
  return {
    name: 'curl',
    params: isSignedByFunction ? {} : local,
    async read(url) {
      const { host, pathname, search } = new URL(url)
      const target = isSignedByFunction
        ? [`http://${address}${pathname}${search}`, '-H', `Host: ${host}`]
        : [url]
      const args = ['-sS', '-w', '%{stderr}%{http_code}', ...target]
      const { stdout, stderr } = await run('curl', args, {
        encoding: 'buffer',
        maxBuffer: 2 ** 31,
      })
      return { status: Number(String(stderr)), bytes: stdout }
    },
  }
}

/** Uses fetch, with the real bucket. */
export const nodeReader: UrlReader = {
  name: 'Node',
  params: {},
  read: (url) =>
    new Promise((resolve, reject) => {
      get(url, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, bytes: Buffer.concat(chunks) }),
        )
      }).on('error', reject)
    }),
}
