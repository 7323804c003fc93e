import type { CallParams, CosError, Operation, ResultMeta } from '@miniprogram-cos/protocol'
import { abortError, unlessAborted } from '../concurrency'
import type { CredentialCache } from '../credentials/cache'
import type { Emitter } from '../events'
import type { ResolvedOptions } from '../options'
import type { ResumeSource } from '../upload/resume'
import { learnFromResponse } from './clock'
import { asCosError } from './errors'
import { decideRetry, mapFailure, type Sending } from './failures'
import { addMd5, verifyContent } from './integrity'
import { credentialRequest, type Prepared, prepare, type ScopeReader } from './prepare'
import { retry } from './retry'
import { parseResponse, type SendExtras, send } from './send'

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
export interface ExecuteExtras extends SendExtras {
  /** Maximum number of attempts. @default 4 */
  _tries?: number
  /** Called before each retry, except one that a new key or clock made possible. */
  onRepeat?: () => void
  /** Changes the address of the request before it is signed. */
  redirect?: (prepared: Prepared) => void
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
  { _tries: tries, onRepeat, redirect, ...transfer }: ExecuteExtras = {},
): Promise<R & ResultMeta> {
  const { options, _credentials: credentials } = core
  const { signal } = params
  const prepared = prepare(operation, params, core)
  if (redirect) redirect(prepared)
  // The content of a PUT, whose ETag COS returns.
  const checkedBody = operation.method === 'PUT' && !operation._contentMd5 && prepared.body
  const sending: Sending = { core, _prepared: prepared, recovered: {} }
  let md5: string | undefined
  const attempt = async () => {
    if (signal && signal.aborted) throw abortError()
    sending._credential = undefined
    try {
      const request = credentialRequest(prepared, options)
      const credential = await credentials.get(request, operation._isContent)
      sending._credential = credential
      const response = await send(core, prepared, credential, signal, transfer)
      const result = parseResponse(prepared, response)
      learnFromResponse(options, response.headers)
      if (checkedBody && (md5 || options.VerifyUpload)) {
        await verifyContent(checkedBody, response.headers, md5, prepared.headers)
      }
      return result
    } catch (error) {
      const failure = asCosError(error)
      const result = failure.kind === 'service' && mapFailure(prepared, failure)
      if (!result) throw failure
      return result
    }
  }
  const decide = (failure: CosError) => {
    // COS counts retries by this header, which the official client sends too.
    prepared.headers['x-cos-sdk-retry'] = 'true'
    return decideRetry(sending, failure)
  }
  const onRetry = (hadToWait: boolean) => {
    const { otherUrl } = sending
    if (otherUrl && !hadToWait) {
      prepared.url = otherUrl
      prepared.host = otherUrl.split('/')[2] || ''
    }
    if (onRepeat) onRepeat()
  }
  const run = async () => {
    if (checkedBody && options.UploadCheckContentMd5) {
      md5 = await addMd5(prepared.headers, checkedBody)
    }
    return retry(attempt, decide, { _tries: tries, onRetry })
  }
  // The result type of this operation's `parseResponse` and `mapFailure`.
  return unlessAborted(signal, run) as Promise<R & ResultMeta>
}
