import {
  cosError,
  getObject,
  headObject,
  type ObjectParams,
  presignedUrl,
  putObject,
  queryString,
} from '@miniprogram-cos/protocol'
import { serverTime } from '../clock'
import type { ClientCore } from '../core'
import type { Key, ReadySignature } from '../credentials/answers'
import { fixedKey } from '../credentials/fixedKey'
import type { ResolvedOptions } from '../options'
import { pick } from '../pick'
import { authorizationRequest, type Params, type Prepared, prepare } from '../request/prepare'
import { signed } from '../request/signing'

export interface GetObjectUrlParams extends ObjectParams {
  /** @default 'GET' */
  Method?: 'GET' | 'PUT' | 'HEAD' | 'get' | 'put' | 'head'
  /** Seconds from now; never longer than the key that signs. @default 900 */
  Expires?: number
  /** `false`: no signature, for public objects; the URL is then returned at once. @default true */
  Sign?: boolean
  /** Signed parameters: `response-content-disposition`, `'imageMogr2/thumbnail/200x': ''` … */
  Query?: Record<string, string | number | undefined>
  /** Raw text appended outside the signature. */
  QueryString?: string
  /** Host template for this URL alone. */
  Domain?: string
  /** @default the option of that name */
  UseAccelerate?: boolean
  /** @default the option of that name */
  Protocol?: string
  /** @default the option of that name */
  ForceSignHost?: boolean
}

const DEFAULT_SECONDS = 900

/** A URL of HEAD may carry parameters too. */
const HEAD = { ...getObject, access: headObject.access }

/**
 * A URL that opens one object for a while, without any header. It is known at once, and returned as
 * text, when nobody has to be asked for a key: with a fixed one, or without a signature.
 *
 * @param isContent the content is read at once: see `Credentials.get`
 */
export function getObjectUrl(
  core: ClientCore,
  params: Params,
  isContent = false,
): string | Promise<string> {
  const options = optionsOf(core.options, params)
  const method = String(params.Method ?? 'GET').toUpperCase()
  const row = method === 'PUT' ? putObject : method === 'HEAD' ? HEAD : getObject
  const { QueryString, Query, Headers, Sign = true, ...rest } = params
  const prepared: Prepared = {
    ...prepare(row, { ...rest, Query, Body: '' }, { ...core, options }),
    method,
    headers: (Headers || {}) as Prepared['headers'],
  }
  const { query } = prepared
  const bare = prepared.url.split('?')[0] as string
  if (!Sign) {
    const search = joined(queryString(query), QueryString)
    return search ? `${bare}?${search}` : bare
  }
  const sign = (credential: Key | ReadySignature): string => {
    const Authorization =
      'Authorization' in credential
        ? credential.Authorization
        : signed(prepared, options, credential, urlTimeOf(credential, core.options, params.Expires))
    const unsigned = joined(queryString(credential.headers || {}), QueryString)
    return presignedUrl(bare, Authorization, query, credential.SecurityToken, unsigned)
  }
  const fixed = fixedKey(core.options)
  return fixed
    ? sign(fixed)
    : core.credentials.get(authorizationRequest(prepared, options), isContent).then(sign)
}

function joined(...parts: unknown[]): string {
  return parts.filter(Boolean).join('&')
}

/**
 * The period of a URL: it ends so many seconds from now, or with its key. It begins with the key, so that
 * it is good at once even if this clock is ahead. @throws CosError
 */
function urlTimeOf({ StartTime, ExpiredTime }: Key, options: ResolvedOptions, Expires: unknown) {
  const seconds = Number(Expires ?? DEFAULT_SECONDS)
  if (!(seconds > 0)) {
    const message = `Expires must be a positive number of seconds, got ${JSON.stringify(Expires)}`
    throw cosError('argument', 'KitInvalidParam', message)
  }
  const from = Math.round(serverTime(options)) - 1
  const start = Math.min(StartTime || from, from)
  const end = Math.min(from + seconds, ExpiredTime || Number.POSITIVE_INFINITY)
  return `${start};${Math.max(end, start + 1)}`
}

/** The four options that a URL may have for itself. */
function optionsOf(options: ResolvedOptions, params: Params): ResolvedOptions {
  return { ...options, ...pick(params, /^(Domain|UseAccelerate|Protocol|ForceSignHost)$/) }
}
