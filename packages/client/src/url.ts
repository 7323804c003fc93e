import {
  argumentError,
  cosError,
  getObject,
  headObject,
  type ObjectParams,
  presignedUrl,
  putObject,
  queryString,
} from '@miniprogram-cos/protocol'
import { type Credential, fixedKey, isSignature, type SigningKey } from './credentials/provider'
import { pick, type ResolvedOptions } from './options'
import { buildRequest, credentialRequest, type UnsignedRequest } from './request/buildRequest'
import { serverTime } from './request/clock'
import { asCosError } from './request/errors'
import type { ClientCore } from './request/execute'
import { platformCode } from './request/failedRequest'
import { sign } from './request/send'
import { callCloud } from './wx/transfer'
import { errorMessage, type WxFailure } from './wx/wx'

export interface GetObjectUrlParams extends ObjectParams {
  /** @default 'GET' */
  Method?: 'GET' | 'PUT' | 'HEAD' | 'get' | 'put' | 'head'
  /** Validity in seconds, limited by that of the key that signs. @default 900 */
  Expires?: number
  /** `false` for public objects: the URL has no signature and is returned synchronously. @default true */
  Sign?: boolean
  /** Signed parameters: `response-content-disposition`, `'imageMogr2/thumbnail/200x': ''` … */
  Query?: Record<string, string | number | undefined>
  /** Raw text that is appended without being signed. */
  QueryString?: string
  /** Overrides the option Domain, a host template. */
  Domain?: string
  /** @default the option of that name */
  UseAccelerate?: boolean
  /** @default the option of that name */
  Protocol?: string
  /** @default the option of that name */
  ForceSignHost?: boolean
}

/** The part of the client that `objectUrl` uses. */
interface UrlClient {
  readonly _core: ClientCore
  _complete(params: GetObjectUrlParams): GetObjectUrlParams | Promise<GetObjectUrlParams>
}

/**
 * Implements `getObjectUrl` of the client: returns a string if the URL can be computed synchronously.
 * @param hasCallback whether failures are passed to a callback
 */
export function objectUrl(
  client: UrlClient,
  params: GetObjectUrlParams,
  hasCallback: boolean,
): string | Promise<string> {
  try {
    const complete = client._complete(params)
    return isPromise(complete)
      ? complete.then((completed) => getObjectUrl(client._core, completed))
      : getObjectUrl(client._core, complete)
  } catch (error) {
    // Thrown if a string would be returned.
    const { Sign = true }: Partial<GetObjectUrlParams> = params || {}
    if (!hasCallback && !(Sign && !client._core._credentials._isFixed())) throw asCosError(error)
    return Promise.reject(error)
  }
}

/** Like the URLs of `wx.cloud`, long enough for a page that is left open. */
const RESOLVED_SECONDS = 7200

/** `resolve` of the client. */
export async function resolvedUrl(client: UrlClient, file: string): Promise<string> {
  try {
    return /^cloud:/.test(file)
      ? await cloudFileUrl(file)
      : await objectUrl(client, { Key: file, Expires: RESOLVED_SECONDS }, true)
  } catch (error) {
    throw asCosError(error)
  }
}

/** The answer of `wx.cloud.getTempFileURL` for one file. */
interface CloudFile {
  /** Empty when there is no such file, or the caller may not read it. */
  tempFileURL?: string
  errMsg?: string
}

/**
 * The URL of a file in `wx.cloud` storage, which opens it for a while.
 * @throws CosError `KitFileUnreadable`, `KitNetwork` or a platformCode
 */
async function cloudFileUrl(fileID: string): Promise<string> {
  const message = `cannot read ${fileID}: `
  const { fileList } = await callCloud<{ fileList: CloudFile[] }>('getTempFileURL', {
    fileList: [fileID],
  }).catch((cause: WxFailure) => {
    const refusal = platformCode(cause)
    const kind = refusal ? 'argument' : 'network'
    const more = { cause, retryable: !refusal }
    throw cosError(kind, refusal || 'KitNetwork', message + errorMessage(cause), more)
  })
  const [{ tempFileURL, errMsg } = {}]: CloudFile[] = fileList
  if (tempFileURL) return tempFileURL
  throw cosError('argument', 'KitFileUnreadable', message + errMsg)
}

/** Duck-typed: an app may have replaced Promise. */
function isPromise<T extends object>(value: T | Promise<T>): value is Promise<T> {
  return 'then' in value
}

const DEFAULT_SECONDS = 900

/** A URL for HEAD takes the parameters of getObject. */
const HEAD = { ...getObject, access: headObject.access }

/**
 * Computes a URL that needs no headers: synchronously with a fixed key or without a signature.
 *
 * @param isContent whether the content is read immediately: see `CredentialCache.get`
 */
function getObjectUrl(
  core: ClientCore,
  params: GetObjectUrlParams,
  isContent = false,
): string | Promise<string> {
  const options = optionsOf(core.options, params)
  const method = String(params.Method || 'GET').toUpperCase()
  const operation = method === 'PUT' ? putObject : method === 'HEAD' ? HEAD : getObject
  const { QueryString, Query, Headers, Sign = true, ...rest } = params
  const request: UnsignedRequest = {
    ...buildRequest(operation, { ...rest, Query, Body: '' }, { ...core, options }),
    method,
    headers: pick(Headers || {}),
  }
  const { query } = request
  const [bare = ''] = request.url.split('?')
  if (!Sign) {
    const search = joined(queryString(query), QueryString)
    return search ? `${bare}?${search}` : bare
  }
  const signUrl = (credential: Credential): string => {
    const Authorization = isSignature(credential)
      ? credential.Authorization
      : sign(request, options, credential, urlValidity(credential, core.options, params.Expires))
    const unsignedQuery = joined(queryString(credential.headers || {}), QueryString)
    return presignedUrl(bare, Authorization, query, credential.SecurityToken, unsignedQuery)
  }
  return core._credentials._isFixed()
    ? signUrl(fixedKey(core.options))
    : core._credentials.get(credentialRequest(request, options), isContent).then(signUrl)
}

function joined(...parts: unknown[]): string {
  return parts.filter(Boolean).join('&')
}

/**
 * The validity of a URL: it ends after `Expires` seconds, or with the key. It begins with the key, so that the URL is
 * valid immediately even if this clock is ahead. @throws CosError `KitInvalidParam`
 */
function urlValidity(
  { StartTime, ExpiredTime }: SigningKey,
  options: ResolvedOptions,
  Expires: unknown,
) {
  const seconds = Number(Expires ?? DEFAULT_SECONDS)
  if (!(seconds > 0)) {
    throw argumentError('KitInvalidParam', 'Expires must be a positive number of seconds', Expires)
  }
  const from = Math.round(serverTime(options)) - 1
  const start = Math.min(StartTime || from, from)
  const end = Math.min(from + seconds, ExpiredTime || Number.POSITIVE_INFINITY)
  return `${start};${Math.max(end, start + 1)}`
}

/** The options, with those that the params override. */
function optionsOf(options: ResolvedOptions, params: GetObjectUrlParams): ResolvedOptions {
  return { ...options, ...pick(params, /^(Domain|UseAccelerate|Protocol|ForceSignHost)$/) }
}
