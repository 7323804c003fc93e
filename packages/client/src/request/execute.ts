import {
  type CallParams,
  type CosError,
  type Operation,
  type ResultMeta,
  setHeader,
} from '@miniprogram-cos/protocol'
import { abortError, sleep, unlessAborted } from '../concurrency'
import type { CredentialCache } from '../credentials/cache'
import type { Credential } from '../credentials/provider'
import type { Emitter } from '../events'
import { hexOf, toBase64 } from '../hash'
import { loadFailures } from '../lazy/failures'
import { loadIntegrity } from '../lazy/integrity'
import { pick, type ResolvedOptions } from '../options'
import type { ResumeSource } from '../upload/resume'
import { whenReady } from '../wx/transfer'
import { learnFromResponse } from './clock'
import { asCosError, isForeign } from './errors'
import { credentialRequest, isSame, type Prepared, prepare, type ScopeReaders } from './prepare'
import { parseResponse, type SendExtras, send } from './send'

/** The features that the full client passes to the constructor of the upload-only client. */
export interface Features {
  /** Read the scope of operations that access something other than their own key. */
  readonly scopes: ScopeReaders
  /** Further places to look for an upload that can be resumed. */
  readonly resumeSources: readonly ResumeSource[]
}

/** The state of a client, which every step of a request may use. */
export interface ClientCore {
  options: ResolvedOptions
  credentials: CredentialCache
  events: Emitter
  features: Features
}

/** Delays before the next attempt, in milliseconds; each is shortened at random by up to half. */
const RETRY_DELAYS = [0, 300, 1000, 3000]

const CONTENT_MD5 = 'Content-MD5'

/** Options of `execute` that only some callers need. */
export interface ExecuteExtras extends SendExtras {
  /** Maximum number of attempts. @default 4 */
  tries?: number
  /** Called before each retry. */
  onRepeat?: () => void
  /** Changes the address of the request before it is signed. */
  redirect?: (prepared: Prepared) => void
}

/**
 * Executes one operation: gets a credential, signs, sends, parses the response, and retries if that can help.
 * @throws CosError
 */
export async function execute<P extends CallParams, R>(
  core: ClientCore,
  operation: Operation<P, R>,
  params: P,
  { tries = RETRY_DELAYS.length, onRepeat, redirect, ...transfer }: ExecuteExtras = {},
): Promise<R & ResultMeta> {
  const { options, credentials } = core
  const prepared = prepare(operation, params, core)
  if (redirect) redirect(prepared)
  // The content of a PUT, whose ETag COS returns.
  const checkedBody = operation.method === 'PUT' && !operation.contentMd5 && prepared.body
  const { UploadCheckContentMd5, VerifyUpload } = options
  let md5: string | undefined
  const recovered = { clock: false, key: false }
  const { signal } = params
  const run = async () => {
    if (checkedBody && UploadCheckContentMd5) {
      const bytes = await loadIntegrity().md5InTurns(checkedBody)
      const { headers } = prepared
      const isGiven = Object.keys(headers).some(
        (name) => headers[name] && isSame(name, CONTENT_MD5),
      )
      if (!isGiven) setHeader(headers, CONTENT_MD5, toBase64(bytes))
      md5 = hexOf(bytes)
    }
    for (let attempt = 1; !(signal && signal.aborted); attempt++) {
      let credential: Credential | undefined
      try {
        credential = await credentials.get(
          credentialRequest(prepared, options),
          operation.isContent,
        )
        const response = await send(core, prepared, credential, signal, transfer)
        const result = parseResponse(prepared, response)
        learnFromResponse(options, response.headers)
        if (checkedBody && (md5 || VerifyUpload)) {
          const { verifyContent } = loadIntegrity()
          await verifyContent(checkedBody, response.headers, md5, prepared.headers)
        }
        return result
      } catch (error) {
        const failure = asCosError(error)
        const mapped = mapFailure(prepared, failure)
        if (mapped) return mapped
        const { isRepeatable, recover, switchHost } = loadFailures()
        if (
          failure.kind !== 'service' ||
          !credential ||
          !recover(core, failure, credential, recovered)
        ) {
          const isOurs = credential && !('Authorization' in credential)
          const url = isOurs ? switchHost(options, prepared, failure) : prepared.url
          if (url === prepared.url && !isRepeatable(operation, failure)) throw failure
          // An attempt that failed in the background or offline does not count.
          const hadToWait = failure.kind === 'network' && (await whenReady())
          if (hadToWait) attempt--
          if (attempt >= tries) throw failure
          if (!hadToWait) {
            prepared.url = url
            prepared.host = url.split('/')[2] || ''
          }
          if (onRepeat) onRepeat()
          await sleep((RETRY_DELAYS[Math.min(attempt, 3)] as number) * (1 - Math.random() / 2))
        }
        // COS counts retries by this header, which the official client sends too.
        prepared.headers['x-cos-sdk-retry'] = 'true'
      }
    }
    throw abortError()
  }
  // The result type of this operation's `parseResponse` and `mapFailure`.
  return unlessAborted(signal, run) as Promise<R & ResultMeta>
}

/** The result of a failure that the official client reports as a success, if the response comes from COS. */
function mapFailure(
  { operation, params }: Prepared,
  { kind, statusCode = 0, code, headers = {}, RequestId }: CosError,
): object | undefined {
  if (kind !== 'service' || isForeign({ headers })) return undefined
  return (
    operation.mapFailure &&
    operation.mapFailure({ statusCode, code, headers, ...pick({ RequestId }) }, params)
  )
}
