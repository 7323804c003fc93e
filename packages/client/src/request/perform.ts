import type { AbortSignalLike, AnyOperation, CosError } from '@miniprogram-cos/protocol'
import { abortError, unlessAborted } from '../abort/unlessAborted'
import { learnFromAnswer } from '../clock'
import type { ClientCore } from '../core'
import type { Key, ReadySignature } from '../credentials/answers'
import { pause } from '../pause'
import { pick } from '../pick'
import { whenReady } from '../wx/wxLifecycle'
import type { TransferProgress } from '../wx/wxTransfer'
import { asCosError, isForeign } from './failures'
import { authorizationRequest, type Params, type Prepared, prepare } from './prepare'
import { readReply } from './readReply'
import { send } from './send'
import { switchHost } from './switchHost'

/** Pauses after so many tries, in milliseconds; each is shortened at random by up to half. */
const RETRY_DELAYS = [0, 300, 1000, 3000]

/** Fields that only some callers give along. */
export interface PerformExtras {
  /** Tries in all. @default 4 */
  tries?: number
  /** Told before a request is sent again. */
  onRepeat?: () => void
  /** Leads the request elsewhere before it is signed. */
  redirect?: (prepared: Prepared) => void
  /** For form uploads. */
  onSent?: (progress: TransferProgress) => void
}

/** One operation from params to result: credentials, sign, send, parse, and again where it can help. */
export async function perform(
  core: ClientCore,
  row: AnyOperation,
  params: Params,
  { tries = RETRY_DELAYS.length, onRepeat, redirect, onSent }: PerformExtras = {},
): Promise<object> {
  const { options, credentials } = core
  const prepared = prepare(row, params, core)
  redirect?.(prepared)
  const healed: Healed = { clock: false, key: false }
  const signal = params.signal as AbortSignalLike | undefined
  const run = async () => {
    for (let attempt = 1; !signal?.aborted; attempt++) {
      let used: Key | ReadySignature | undefined
      try {
        used = await credentials.get(authorizationRequest(prepared, options), row.isContent)
        const reply = await send(core, prepared, used, onSent)
        const result = readReply(prepared, reply)
        learnFromAnswer(options, reply.headers)
        return result
      } catch (error) {
        const failure = asCosError(error)
        const isAnswer = failure.kind === 'service'
        const told = pick(failure, /^(statusCode|code|headers|RequestId)$/) as never
        // Only COS can say that there is nothing.
        const isFromCos = isAnswer && !isForeign({ headers: failure.headers || {} })
        const forgiven = isFromCos && row.mapFailure?.(told, prepared.params)
        if (forgiven) return forgiven
        if (!isAnswer || !used || !heal(core, failure, used, healed)) {
          const isOurs = used && !('Authorization' in used)
          const url = isOurs ? switchHost(options, prepared, failure) : prepared.url
          if (url === prepared.url && !mayRepeat(row, failure)) throw failure
          // In the background, or offline, nothing can succeed: such a try does not count.
          const hadToWait = failure.kind === 'network' && (await whenReady())
          if (hadToWait) attempt--
          if (attempt >= tries) throw failure
          if (!hadToWait) {
            prepared.url = url
            prepared.host = url.split('/')[2] as string
          }
          onRepeat?.()
          await pause((RETRY_DELAYS[attempt] ?? 3000) * (1 - Math.random() / 2))
        }
        // COS counts repeated requests by this header, which the official client sends too.
        prepared.headers['x-cos-sdk-retry'] = 'true'
      }
    }
    throw abortError()
  }
  return unlessAborted(signal, run)
}

/** Each cure is tried once: it either helps at once or not at all. */
interface Healed {
  clock: boolean
  key: boolean
}

/** Mends what made COS refuse a request: a wrong clock, or a key that is no longer good. */
function heal(
  { options, credentials }: ClientCore,
  { statusCode, code, message, method, headers }: CosError,
  used: Key | ReadySignature,
  healed: Healed,
): boolean {
  // HEAD has no body, so its status must do.
  const isSilent = (status: number) => method === 'HEAD' && statusCode === status
  const isTime =
    code === 'RequestTimeTooSkewed' ||
    (code === 'AccessDenied' && /Request has expired/.test(message))
  if (learnFromAnswer(options, headers) && !healed.clock && (isTime || isSilent(403))) {
    healed.clock = true
    return true
  }
  if (healed.key || 'Authorization' in used || !(options.getAuthorization || options.getSTS)) {
    return false
  }
  // A provider may have answered for the first of several scopes only.
  const isTooWide = Boolean(used.isScoped && used.isWide) && code === 'AccessDenied'
  healed.key =
    isTime || isTooWide || isSilent(400) || /^(ExpiredToken|InvalidAccessKeyId)$/.test(code)
  if (healed.key) credentials.drop(used, isTooWide)
  return healed.key
}

/** Whether the same request may be sent again, and could then succeed. */
function mayRepeat(
  { idempotent }: AnyOperation,
  { retryable, kind, statusCode }: CosError,
): boolean {
  // Credentials have been asked for twice already, for everybody who waits. Without an answer nobody knows
  // whether it was done; being told to slow down says it was not.
  return retryable && kind !== 'credentials' && (idempotent || statusCode === 503)
}
