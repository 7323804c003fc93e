import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream, promises as fs } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/**
 * The baseline of the local COS: a bare `node:http` server that stores and serves the same bytes. A large body is
 * piped through MD5 into a file; a small one is collected, hashed, written and renamed. No signature, no CRC64, no
 * flush, no metadata, no listing.
 */
const folder = process.argv[2] as string
const LARGE_BYTES = 64 * 1024

async function put(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const md5 = createHash('md5')
  const path = pathOf(request)
  const temporary = `${path}.${Math.random()}`
  if (Number(request.headers['content-length']) > LARGE_BYTES) {
    const digest = new Transform({
      transform(chunk: Buffer, _, done) {
        md5.update(chunk)
        done(null, chunk)
      },
    })
    await pipeline(request, digest, createWriteStream(temporary))
  } else {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    md5.update(body)
    await fs.writeFile(temporary, body)
  }
  await fs.rename(temporary, path)
  response.setHeader('ETag', `"${md5.digest('hex')}"`)
  response.end()
}

async function get(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = pathOf(request)
  response.setHeader('Content-Length', (await fs.stat(path)).size)
  await pipeline(createReadStream(path), response)
}

function pathOf({ url = '' }: IncomingMessage): string {
  return join(folder, encodeURIComponent(url))
}

const server = createServer((request, response) => {
  const answer = request.method === 'PUT' ? put : get
  answer(request, response).catch(() => response.destroy())
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  if (address && typeof address === 'object') console.log(`http://127.0.0.1:${address.port}`)
})
