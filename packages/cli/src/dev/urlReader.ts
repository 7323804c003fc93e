import { execFile } from 'node:child_process'
import { get } from 'node:https'
import { promisify } from 'node:util'
import type { GetObjectUrlParams } from 'miniprogram-cos'

const run = promisify(execFile)

/** Opens signed URLs without being a phone. */
export interface UrlReader {
  name: string
  /** Parameters that its URLs need. */
  params: Partial<GetObjectUrlParams>
  read: (url: string) => Promise<{ status: number; bytes: Buffer }>
}

/** curl, with the bucket's host as a name under localhost, which resolves to this computer. */
export function curlAt(cos: string): UrlReader {
  return {
    name: 'curl',
    params: { Domain: `{Bucket}.cos.{Region}.localhost:${new URL(cos).port}`, Protocol: 'http:' },
    async read(url) {
      const { stdout, stderr } = await run('curl', ['-sS', '-w', '%{stderr}%{http_code}', url], {
        encoding: 'buffer',
        maxBuffer: 2 ** 31,
      })
      return { status: Number(String(stderr)), bytes: stdout }
    },
  }
}

/** Node, with the real bucket. */
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
