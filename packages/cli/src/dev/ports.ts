import { localizedError } from '../text'

/** The servers of `dev`, in the order of their ports. */
const SERVERS = ['COS', 'STS', 'functions', 'admin', 'preview'] as const

/** Ports that stay the same between runs, so that addresses can be kept. */
export const FIRST_PORT = 9000

export interface DevPorts {
  cosPort: number
  stsPort: number
  functionsPort: number
  adminPort: number
  preview: number
}

/** @throws Error for an invalid port */
export function readPort(text: string, option = '--port'): number {
  const port = Number(text)
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port
  throw localizedError(
    `${option} must be a number from 0 to 65535, got "${text}"`,
    `${option} 应为 0 到 65535 的整数，收到 "${text}"`,
  )
}

/** Five consecutive ports, starting with the first; 0 for free ports. */
export function portsFrom(first: number): DevPorts {
  const at = (index: number) => (first === 0 ? 0 : first + index)
  return { cosPort: at(0), stsPort: at(1), functionsPort: at(2), adminPort: at(3), preview: at(4) }
}

/** Explains an error of starting: which port is in use, and what to do. */
export function explainPort(
  error: Error & { code?: string; port?: number },
  ports: DevPorts,
): Error {
  if (error.code !== 'EADDRINUSE' || error.port === undefined) return error
  const { port } = error
  const server = SERVERS[Object.values(ports).indexOf(port)] ?? ''
  const next = port >= 10_000 ? 20_000 : 10_000
  return localizedError(
    `port ${port} (${server}) is in use: end the program that uses it, or pass --ports ${next}`,
    `端口 ${port}（${server}）已被占用：请结束占用它的程序，或加 --ports ${next}`,
  )
}
