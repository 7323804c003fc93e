import type { IncomingMessage } from 'node:http'
import { createServer, readBody, type Server, sendJson } from '../http'
import { type Caller, FunctionError, type FunctionHost } from './host'

/** Limit of wx.cloud.callFunction. */
const MAX_EVENT_BYTES = 100 * 1024

/**
 * Serves functions over HTTP: `POST /{name}` with the event as JSON body. The headers `x-wx-openid`, `x-wx-appid`,
 * `x-wx-unionid` and `x-wx-source` contain the caller's identity.
 */
export function createFunctionServer(host: FunctionHost): Server {
  return createServer((request, response) => {
    const send = (status: number, body: unknown) => sendJson(response, status, body)
    respond(host, request).then(
      (result) => send(200, result),
      (error: unknown) => {
        if (error instanceof FunctionError) {
          const { errCode, message, requestId } = error
          send(errCode === -501000 ? 404 : 500, { errCode, errMsg: message, requestId })
        } else if (error instanceof InvalidCall) {
          send(400, { errCode: -501001, errMsg: error.message })
        } else {
          console.error(error)
          send(500, { errCode: -504001, errMsg: 'internal error' })
        }
      },
    )
  })
}

class InvalidCall extends Error {}

async function respond(host: FunctionHost, request: IncomingMessage): Promise<unknown> {
  if (request.method !== 'POST') throw new InvalidCall('functions are called by POST')
  const name = readFunctionName(request.url ?? '/')
  const tooLarge = () => new InvalidCall('EXCEED_MAX_PAYLOAD_SIZE: the event exceeds 100 KB')
  const text = (await readBody(request, MAX_EVENT_BYTES, tooLarge)).toString('utf8')
  let event: unknown
  try {
    event = text === '' ? {} : JSON.parse(text)
  } catch {
    throw new InvalidCall('the event is not JSON')
  }
  return host.call(name, event, readCaller(request))
}

function readFunctionName(url: string): string {
  try {
    return decodeURIComponent(url.slice(1).split('?')[0] ?? '')
  } catch {
    throw new InvalidCall('the path is not a function name')
  }
}

function readCaller({ headers }: IncomingMessage): Caller {
  const fields = (['openid', 'appid', 'unionid', 'source'] as const).flatMap((field) => {
    const value = headers[`x-wx-${field}`]
    return typeof value === 'string' ? [[field, value]] : []
  })
  return Object.fromEntries(fields)
}
