import { request } from 'node:http'
import type { Clock } from '../clock'
import { api, WxError } from '../wxRules/callbacks'
import { readAll } from './network'

export interface Identity {
  openid?: string
  appid: string
  unionid?: string
}

interface CallFunctionOptions {
  name: string
  data?: object
  config?: { env?: string }
}

/** Size limit of an event, in bytes (callFunction page of the WeChat documents). */
const MAX_EVENT_BYTES = 100 * 1024

/**
 * `wx.cloud`: calls the function host with the identity of the phone's user, which the app cannot set.
 */
export function createCloud(functionsOrigin: string | undefined, identity: Identity, clock: Clock) {
  let isReady = false
  return {
    init(_options?: object): void {
      isReady = true
    },
    callFunction: api<CallFunctionOptions>('cloud.callFunction', (options) => {
      if (!isReady) {
        throw new WxError("Cloud API isn't enabled, please call wx.cloud.init first", {
          errCode: -1,
        })
      }
      return clock.during(callFunction(functionsOrigin, identity, options))
    }),
  }
}

async function callFunction(
  origin: string | undefined,
  identity: Identity,
  { name, data = {} }: CallFunctionOptions,
): Promise<object> {
  if (!origin) throw failure(-501000, 'Environment invalid')
  const event = JSON.stringify(data)
  if (Buffer.byteLength(event) > MAX_EVENT_BYTES) {
    throw failure(-501001, 'EXCEED_MAX_PAYLOAD_SIZE')
  }
  const headers: Record<string, string> = {
    'Content-Type': 'application/json',
    'x-wx-appid': identity.appid,
    'x-wx-source': 'wx_client',
  }
  if (identity.openid !== undefined) headers['x-wx-openid'] = identity.openid
  if (identity.unionid !== undefined) headers['x-wx-unionid'] = identity.unionid
  const { status, body } = await post(`${origin}/${encodeURIComponent(name)}`, headers, event)
  const answer: unknown = JSON.parse(body)
  if (status === 200) return { result: answer, requestID: '' }
  const { errCode, errMsg } = answer as { errCode: number; errMsg: string }
  throw failure(errCode, errMsg)
}

function failure(errCode: number, errMsg: string): WxError {
  return new WxError(`cloud.callFunction:fail Error: errCode: ${errCode} | errMsg: ${errMsg}`, {
    errCode,
  })
}

function post(
  url: string,
  headers: Record<string, string>,
  text: string,
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      readAll(response).then(
        (bytes) => resolve({ status: response.statusCode ?? 0, body: bytes.toString('utf8') }),
        reject,
      )
    })
    sent.on('error', (error) => reject(failure(-501001, error.message)))
    sent.end(text)
  })
}
