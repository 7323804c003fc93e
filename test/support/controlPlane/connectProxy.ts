import { createServer, type Server } from 'node:http'
import { connect, type Socket } from 'node:net'

/** A server, and a function that ends its tunnels, which are no longer HTTP connections. */
export interface ConnectProxy {
  server: Server
  cut: () => void
}

/** An HTTP proxy for CONNECT only, which connects every known host to one port of this computer. */
export function createConnectProxy(port: number, isKnown: (host: string) => boolean): ConnectProxy {
  const tunnels = new Set<Socket>()
  const proxy = createServer((_, response) => response.writeHead(405).end())
  proxy.on('connect', (request, socket: Socket, head: Buffer) => {
    const host = (request.url ?? '').split(':')[0] ?? ''
    if (!isKnown(host)) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      return
    }
    const upstream = connect(port, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      upstream.write(head)
      upstream.pipe(socket).pipe(upstream)
    })
    tunnels.add(socket)
    const end = () => {
      tunnels.delete(socket)
      upstream.destroy()
      socket.destroy()
    }
    upstream.on('error', end)
    socket.on('error', end)
    socket.on('close', end)
  })
  return {
    server: proxy,
    cut() {
      for (const socket of tunnels) socket.destroy()
    },
  }
}
