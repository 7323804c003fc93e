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
  /** `false`: no signature, for public objects. @default true */
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

/** A URL that opens one object for a while, without any header. */
export async function getObjectUrl(core: ClientCore, params: Params): Promise<string> {
  const options = optionsOf(core.options, params)
  const method = String(params.Method ?? 'GET').toUpperCase()
  const row = method === 'PUT' ? putObject : method === 'HEAD' ? HEAD : getObject
  const { QueryString, Query, Headers, ...rest } = params
  const prepared = prepare(row, { ...rest, Query, Body: '' }, options)
  const signedHeaders = headersToSign(
    { ...prepared, headers: (Headers ?? {}) as Prepared['headers'] },
    options,
  )
  const bare = prepared.url.split('?')[0] as string
  const unsigned = QueryString as string | undefined
  if (params.Sign === false) {
    const search = [queryString(prepared.query), unsigned].filter(Boolean).join('&')
    return search ? `${bare}?${search}` : bare
  }
  const credential = await core.credentials.get({
    Bucket: prepared.Bucket,
    Region: prepared.Region,
    Method: method,
    Key: prepared.Key,
    Pathname: prepared.pathname,
    Query: prepared.query,
    Headers: signedHeaders,
    Scope: prepared.scope,
    ForceSignHost: options.ForceSignHost,
  })
  const more = [queryString(credential.headers ?? {}), unsigned].filter(Boolean).join('&')
  if (credential.kind === 'signature') {
    const { Authorization, SecurityToken } = credential
    return presignedUrl(bare, Authorization, prepared.query, SecurityToken, more)
  }
  const { authorization } = signRequest(
    {
      method,
      pathname: prepared.pathname,
      query: prepared.query,
      headers: signedHeaders,
    },
    {
      SecretId: credential.SecretId,
      SecretKey: credential.SecretKey,
      keyTime: urlTimeOf(credential, core.credentials.now(), secondsOf(params.Expires)),
    },
    signatureHash,
  )
  return presignedUrl(bare, authorization, prepared.query, credential.SecurityToken, more)
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
