import { request as httpRequest, type ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { pipeline } from 'node:stream/promises'
import type { Route } from '../node/network'

/** Headers that the browser needs to show a file or to save it. */
const SHOWN = ['content-type', 'content-length', 'content-disposition', 'etag', 'last-modified']

/**
 * Opens a link that the app has made, such as a signed URL, from where its host is routed to: on this computer its
 * host name leads elsewhere, or nowhere.
 */
export async function openLink(link: string, to: ServerResponse, route: Route): Promise<void> {
  if (!/^https?:\/\//.test(link) || !URL.canParse(link)) {
    throw new Error('the link must begin with http:// or https://')
  }
  const target = new URL(link)
  const origin = route(target.host)
  if (origin === undefined) {
    to.writeHead(302, { Location: target.href }).end()
    return
  }
  const { hostname, port, protocol } = new URL(origin)
  const send = protocol === 'https:' ? httpsRequest : httpRequest
  const path = link.slice(target.origin.length).split('#')[0] || '/'
  await new Promise<void>((resolve, reject) => {
    const sent = send({ host: hostname, port, path, headers: { Host: target.host } })
    sent.on('error', reject)
    sent.on('response', (response) => {
      const headers: Record<string, string> = {
        'Cache-Control': 'no-store',
        // A page that a user has uploaded must not control the preview.
        'Content-Security-Policy': 'sandbox',
      }
      for (const name of SHOWN) {
        const value = response.headers[name]
        if (typeof value === 'string') headers[name] = value
      }
      to.writeHead(response.statusCode ?? 502, headers)
      pipeline(response, to).then(resolve, reject)
    })
    sent.end()
  })
}
