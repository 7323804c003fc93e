import {
  type ConfirmResponse,
  type CosError,
  cosError,
  type IssuedForm,
  type IssuedSignature,
  isCosError,
  type KeyFunctionResponse,
  type Refusal,
  type TrashResponse,
  type UsageResponse,
} from '@miniprogram-cos/protocol'
import { callFunction, transfer } from '../wx/transfer'
import { errorMessage } from '../wx/wx'

/** The answer of a cloud function, not validated yet. */
export type FunctionAnswer = Partial<
  Omit<KeyFunctionResponse, 'credentials'> &
    IssuedSignature &
    IssuedForm &
    ConfirmResponse &
    UsageResponse &
    TrashResponse
> & {
  credentials?: Partial<KeyFunctionResponse['credentials']>
  error?: Partial<Refusal['error']>
}

/** Calls cos-credentials or cos-signature with an event. @throws CosError kind `credentials` */
export type FunctionCall = (event: object) => Promise<FunctionAnswer>

/** A failure of a function that is called, or of its answer. */
export const functionError = (
  code: string,
  message: string,
  retryable?: boolean,
  cause?: unknown,
) => cosError('credentials', code, message, { retryable, cause })

/**
 * A function of this kit behind any transport.
 *
 * @param name what messages call it: `cloud function cos-credentials`
 * @param send resolves with what the function returned
 */
export function functionCall(
  name: string,
  send: (event: object) => Promise<unknown>,
): FunctionCall {
  return async (event) => {
    let answer: unknown
    try {
      answer = await send(event)
    } catch (cause) {
      const { kind, code, retryable }: Partial<CosError> = isCosError(cause) ? cause : {}
      if (kind === 'credentials' || code === 'KitDomainNotAllowed') throw cause
      const text = errorMessage(cause)
      // Retrying does not help if the cloud function is not deployed.
      const isPassing = kind ? retryable : !/-501000/.test(text)
      const message = `${name} could not be called: ${text}`
      throw functionError('KitFunctionFailed', message, isPassing, cause)
    }
    if (!answer || typeof answer !== 'object') {
      const type = answer === null ? answer : typeof answer
      throw functionError('KitFunctionAnswer', `${name} answered with ${type}`)
    }
    const { error }: FunctionAnswer = answer
    if (error) {
      const { code = 'KitFunctionFailed', message, retryable } = error
      throw functionError(code, `${name} refused: ${message}`, retryable)
    }
    return answer
  }
}

/** A cloud function, called by wx.cloud. */
export const cloudFunction = (name: string, env?: string): FunctionCall =>
  functionCall(`cloud function ${name}`, (event) => callFunction(name, event, env))

export interface HttpOptions {
  /** The key server: requests go to `<url>/cos-credentials`, or `<url>/cos-signature`. */
  url: string
  /** Headers that tell the server who calls, such as a login token; a function is called for each request. */
  headers?: FunctionHeaders
}

type FunctionHeaders =
  | Record<string, string>
  | (() => Record<string, string> | Promise<Record<string, string>>)

/** A function of a key server, called by wx.request: POST with the event as JSON. */
export function httpFunction({ url, headers }: HttpOptions, functionName: string): FunctionCall {
  const sent = { url: `${url.replace(/\/$/, '')}/${functionName}`, method: 'POST' }
  const name = `key server ${sent.url}`
  return functionCall(name, async (event) => {
    const own = typeof headers === 'function' ? await headers() : headers
    const header = { ...own, 'content-type': 'application/json' }
    const request = { ...sent, header, data: JSON.stringify(event) }
    const { statusCode, data } = await transfer('request', request, sent)
    // WeChat has parsed the JSON; refusals have a status of their own.
    const { error }: FunctionAnswer = Object(data)
    if (statusCode === 200 || error) return data
    const message = `${name} answered with HTTP ${statusCode}`
    throw functionError('KitFunctionAnswer', message, statusCode >= 500)
  })
}
