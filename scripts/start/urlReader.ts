import { execFile } from 'node:child_process'
import { get } from 'node:https'
import { promisify } from 'node:util'
import type { GetObjectUrlParams } from 'miniprogram-cos'

const run = promisify(execFile)

/** Something that is no phone and opens signed URLs. */
export interface UrlReader {
  name: string
  /** How URLs must be made for it. */
  params: Partial<GetObjectUrlParams>
  read: (url: string) => Promise<{ status: number; bytes: Buffer }>
}

/** The machine's own curl. On the desk the bucket's host is a name under localhost, which leads to this machine. */
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

/** Node, at the real bucket. */
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
