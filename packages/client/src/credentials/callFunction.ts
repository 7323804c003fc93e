import {
  type ConfirmResponse,
  type CosError,
  cosError,
  type IssuedForm,
  type IssuedSignature,
  isBelow,
  isCosError,
  type KeyFunctionResponse,
  type Refusal,
  type TrashResponse,
  type UsageResponse,
} from '@miniprogram-cos/protocol'
import { asCosError } from '../request/errors'
import { retry } from '../request/retry'
import { callFunction, transfer } from '../wx/transfer'
import { errorMessage } from '../wx/wx'

/** The unvalidated answer of a cloud function. */
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
export type CallFunction = (event: object) => Promise<FunctionAnswer>

/** The error of a function call, or of an invalid answer. */
export const functionError = (
  code: string,
  message: string,
  retryable?: boolean,
  cause?: unknown,
) => cosError('credentials', code, message, { retryable, cause })

/**
 * Wraps a transport: checks the answers of the function and turns failures into errors.
 *
 * @param name the function's name in error messages: `cloud function cos-credentials`
 * @param send resolves with the function's return value
 */
export function checkedCall(name: string, send: (event: object) => Promise<unknown>): CallFunction {
  return async (event) => {
    let answer: unknown
    try {
      answer = await send(event)
    } catch (cause) {
      const { kind, code, retryable }: Partial<CosError> = isCosError(cause) ? cause : {}
      if (kind === 'credentials' || code === 'KitDomainNotAllowed') throw cause
      const text = errorMessage(cause)
      // Retrying does not help if the cloud function is not deployed.
      const isRetryable = kind ? retryable : !/-501000/.test(text)
      const message = `${name} could not be called: ${text}`
      throw functionError('KitFunctionFailed', message, isRetryable, cause)
    }
    if (!answer || typeof answer !== 'object') {
      const type = answer === null ? answer : typeof answer
      throw functionError('KitFunctionAnswer', `${name} returned ${type}`)
    }
    const { error }: FunctionAnswer = answer
    if (error) {
      const { code = 'KitFunctionFailed', message, retryable } = error
      throw functionError(code, `${name} refused: ${message}`, retryable)
    }
    return answer
  }
}

/** Calls a cloud function through wx.cloud. */
export const viaCloud = (name: string, env?: string): CallFunction =>
  checkedCall(`cloud function ${name}`, (event) => callFunction(name, event, env))

export interface HttpOptions {
  /** The key server: requests go to `<url>/cos-credentials`, or `<url>/cos-signature`. */
  url: string
  /** Headers that identify the caller, such as a login token, or a function that returns them for each request. */
  headers?: FunctionHeaders
}

type FunctionHeaders =
  | Record<string, string>
  | (() => Record<string, string> | Promise<Record<string, string>>)

/** Calls a function of a key server through wx.request: POST with the event as JSON. */
export function viaHttp({ url, headers }: HttpOptions, functionName: string): CallFunction {
  const target = { url: `${url.replace(/\/$/, '')}/${functionName}`, method: 'POST' }
  const name = `key server ${target.url}`
  return checkedCall(name, async (event) => {
    const callerHeaders = typeof headers === 'function' ? await headers() : headers
    const header = { ...callerHeaders, 'content-type': 'application/json' }
    const request = { ...target, header, data: JSON.stringify(event) }
    const { statusCode, data } = await transfer('request', request, target)
    // WeChat has parsed the JSON. A refusal has a status other than 200.
    const { error }: FunctionAnswer = Object(data)
    if (statusCode === 200 || error) return data
    const message = `${name} returned HTTP ${statusCode}`
    throw functionError('KitFunctionAnswer', message, statusCode >= 500)
  })
}

/** Part of an upload's result if the access rule of its path has an `onUpload`. */
export interface ConfirmedUpload<Confirm = unknown> {
  /** The value that `onUpload` returned, as JSON. Its type is the type parameter of the call: `uploadFile<Confirm>`. */
  confirm?: Confirm
  /** Why the upload is not confirmed. The object is in the bucket, and `reconcile` runs `onUpload` for it later. */
  confirmError?: CosError
}

/**
 * Reports a successful upload to the function, if uploads to its path are confirmed.
 * @returns the upload's result with the function's answer
 */
export async function confirmUpload<R extends { ETag?: string }>(
  call: CallFunction,
  paths: string[] = [],
  rawKey: string,
  result: R,
): Promise<R & ConfirmedUpload> {
  const Key = rawKey.replace(/^\//, '')
  const { ETag } = result
  const event = { confirm: ETag ? { Key, ETag } : { Key } }
  const decide = ({ retryable }: CosError) => (retryable ? 'later' : 'fail')
  try {
    // In the try block: malformed paths must not fail an upload that has succeeded.
    if (!paths.some((path) => isBelow(path, Key))) return result
    const { confirm } = await retry(() => call(event), decide, { _tries: 3 })
    return { ...result, confirm }
  } catch (error) {
    return { ...result, confirmError: asCosError(error) }
  }
}
