import type { CallParams, CosError, Operation, ResultMeta } from '@miniprogram-cos/protocol'
import type { Emitter } from '../callbacks'
import { abortError, unlessAborted } from '../concurrency'
import type { CredentialCache } from '../credentials/cache'
import type { ResolvedOptions } from '../options'
import type { ResumeSource } from '../upload/resume'
import {
  buildRequest,
  credentialRequest,
  type ScopeReader,
  type UnsignedRequest,
} from './buildRequest'
import { correctClockByResponse } from './clock'
import { asCosError } from './errors'
import { decideRetry, mapFailure, type Sending } from './failedRequest'
import { addMd5, verifyContent } from './integrity'
import { retry } from './retry'
import { parseResponse, type SendOptions, send } from './send'

/** The features that the full client passes to the constructor of the upload-only client. */
export interface Features {
  /** Reads the scope of operations that access something other than their own key. */
  readonly _readScope: ScopeReader
  /** Further places to look for an upload that can be resumed. */
  readonly _resumeSources: readonly ResumeSource[]
}

/** The state of a client, which every step of a request may use. */
export interface ClientCore {
  options: ResolvedOptions
  _credentials: CredentialCache
  _events: Emitter
  _features: Features
}

/** Options of `execute` that only some callers need. */
export interface ExecuteOptions extends SendOptions {
  /** Maximum number of attempts. @default 4 */
  _tries?: number
  /** Called before each retry, except one that a new key or clock made possible. */
  _onRetry?: () => void
  /** Changes the address of the request before it is signed. */
  _redirect?: (unsigned: UnsignedRequest) => void
}

/**
 * Executes one operation: gets a credential, signs, sends, parses the response, and retries if that can help: see
 * `decideRetry`.
 * @throws CosError
 */
export async function execute<P extends CallParams, R>(
  core: ClientCore,
  operation: Operation<P, R>,
  params: P,
  { _tries: tries, _onRetry: onRetry, _redirect: redirect, ...transfer }: ExecuteOptions = {},
): Promise<R & ResultMeta> {
  const { options, _credentials: credentials } = core
  const { signal } = params
  const unsigned = buildRequest(operation, params, core)
  if (redirect) redirect(unsigned)
  // The content of a PUT, whose ETag COS returns.
  const checkedBody = operation.method === 'PUT' && !operation._contentMd5 && unsigned.body
  const sending: Sending = { core, _request: unsigned, _recovered: {} }
  let md5: string | undefined
  const attempt = async () => {
    if (signal && signal.aborted) throw abortError()
    sending._credential = undefined
    try {
      const request = credentialRequest(unsigned, options)
      const credential = await credentials.get(request, operation._isContent)
      sending._credential = credential
      const response = await send(core, unsigned, credential, signal, transfer)
      const result = parseResponse(unsigned, response)
      correctClockByResponse(options, response.headers)
      if (checkedBody && (md5 || options.VerifyUpload)) {
        await verifyContent(checkedBody, response.headers, md5, unsigned.headers)
      }
      return result
    } catch (error) {
      const failure = asCosError(error)
      const result = failure.kind === 'service' && mapFailure(unsigned, failure)
      if (!result) throw failure
      return result
    }
  }
  const decide = (failure: CosError) => {
    // COS counts retries by this header, which the official client sends too.
    unsigned.headers['x-cos-sdk-retry'] = 'true'
    return decideRetry(sending, failure)
  }
  const beforeRetry = (hadToWait: boolean) => {
    const { _otherUrl: otherUrl } = sending
    if (otherUrl && !hadToWait) {
      unsigned.url = otherUrl
      unsigned.host = otherUrl.split('/')[2] || ''
    }
    if (onRetry) onRetry()
  }
  const run = async () => {
    if (checkedBody && options.UploadCheckContentMd5) {
      md5 = await addMd5(unsigned.headers, checkedBody)
    }
    return retry(attempt, decide, { _tries: tries, _onRetry: beforeRetry })
  }
  // The result type of this operation's `parseResponse` and `mapFailure`.
  return unlessAborted(signal, run) as Promise<R & ResultMeta>
}
