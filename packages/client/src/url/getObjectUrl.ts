import {
  CosError,
  getObject,
  headObject,
  type ObjectParams,
  presignedUrl,
  putObject,
  queryString,
  signRequest,
} from '@miniprogram-cos/protocol'
import type { Key, ReadySignature } from '../credentials/answers'
import { signatureHash } from '../hash/signatureHash'
import type { ResolvedOptions } from '../options'
import type { ClientCore } from '../request/perform'
import { headersToSign, type Params, type Prepared, prepare } from '../request/prepare'
import { urlTimeOf } from '../request/signing'

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
  UseAccelerate?: boolean
  Protocol?: string
  ForceSignHost?: boolean
}

const DEFAULT_SECONDS = 900

/** A URL of HEAD may carry parameters too. */
const HEAD = { ...getObject, access: headObject.access }

/**
 * A URL that opens one object for a while, without any header. It is known at once, and returned as
 * text, when nobody has to be asked for a key: with a fixed one, or without a signature.
 */
export function getObjectUrl(core: ClientCore, params: Params): string | Promise<string> {
  const options = optionsOf(core.options, params)
  const method = String(params.Method ?? 'GET').toUpperCase()
  const row = method === 'PUT' ? putObject : method === 'HEAD' ? HEAD : getObject
  const { QueryString, Query, Headers, Sign = true, ...rest } = params
  const prepared = prepare(row, { ...rest, Query, Body: '' }, options)
  const { Bucket, Region, Key, pathname, query } = prepared
  const headers = headersToSign(
    { ...prepared, headers: (Headers ?? {}) as Prepared['headers'] },
    options,
  )
  const bare = prepared.url.split('?')[0] as string
  if (!Sign) {
    const search = joined(queryString(query), QueryString)
    return search ? `${bare}?${search}` : bare
  }
  const sign = (credential: Key | ReadySignature): string => {
    const Authorization =
      credential.kind === 'signature'
        ? credential.Authorization
        : signRequest(
            { method, pathname, query, headers },
            {
              SecretId: credential.SecretId,
              SecretKey: credential.SecretKey,
              keyTime: urlTimeOf(credential, core.credentials.now(), secondsOf(params.Expires)),
            },
            signatureHash,
          ).authorization
    const unsigned = joined(queryString(credential.headers ?? {}), QueryString)
    return presignedUrl(bare, Authorization, query, credential.SecurityToken, unsigned)
  }
  const fixed = core.credentials.fixedKey()
  if (fixed) return sign(fixed)
  const asked = core.credentials.get({
    Bucket,
    Region,
    Method: method,
    Key,
    Pathname: pathname,
    Query: query,
    Headers: headers,
    Scope: prepared.scope,
    ForceSignHost: options.ForceSignHost,
  })
  return asked.then(sign)
}

function joined(...parts: unknown[]): string {
  return parts.filter(Boolean).join('&')
}

function secondsOf(value: unknown): number {
  const seconds = value === undefined || value === null ? DEFAULT_SECONDS : Number(value)
  if (seconds > 0) return seconds
  throw new CosError({
    kind: 'argument',
    code: 'KitInvalidParam',
    message: `Expires must be a positive number of seconds, got ${JSON.stringify(value)}`,
  })
}

/** The four options that a URL may have for itself. */
function optionsOf(options: ResolvedOptions, params: Params): ResolvedOptions {
  const own: Params = {}
  for (const name of ['Domain', 'UseAccelerate', 'Protocol', 'ForceSignHost']) {
    if (params[name] !== undefined) own[name] = params[name]
  }
  return { ...options, ...own }
}
