import { Agent } from 'node:http'
import { createConnection } from 'node:net'
import { misconfigured } from './stsAccess'

const HOST = 'sts.tencentcloudapi.com'

/**
 * For a local cloud: the same host name and scope as the real STS, only the socket goes to loopback.
 * Any other address is refused, so that no setting can send a signed request into the open.
 * @throws FunctionFault `KitMisconfigured`
 */
export function localTransport(localEndpoint: string | undefined): object {
  if (!localEndpoint) return {}
  const match = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\]):(\d+)$/.exec(localEndpoint)
  if (!match) throw misconfigured('COS_STS_ENDPOINT may only name a loopback address')
  const host = (match[1] as string).replace(/[[\]]/g, '')
  const port = Number(match[2])
  const agent = new Agent()
  ;(agent as unknown as { createConnection: unknown }).createConnection = () =>
    createConnection({ host, port })
  return { protocol: 'http://', endpoint: HOST, agent }
}
