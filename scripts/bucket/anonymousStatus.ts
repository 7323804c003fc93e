import { type Agent, get } from 'node:https'
import createProxyAgent from 'https-proxy-agent'

/** The status that somebody without a key gets for an URL; goes through `http_proxy` as the libraries do. */
export function anonymousStatus(url: string): Promise<number> {
  const proxy = process.env.http_proxy
  // Its type is not that of Node's agents, which take it all the same.
  const agent = proxy ? { agent: createProxyAgent(proxy) as unknown as Agent } : {}
  return new Promise((resolve, reject) => {
    const sent = get(url, { ...agent, timeout: 30_000 }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    sent.on('timeout', () => sent.destroy(new Error('timeout: COS did not answer in 30 s')))
    sent.on('error', reject)
  })
}
