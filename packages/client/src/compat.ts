import {
  argumentError,
  isSignedHeader,
  readXml,
  signRequest,
  writeXml,
} from '@miniprogram-cos/protocol'
import { hexOf, signatureHash, toBase64, utf8Bytes } from './hash'
import { md5, md5InSlices } from './request/integrity'
import { signKeyOf } from './request/send'
import type { MultipartUpload, PartDone } from './upload/multipart'
import { listParts, type ResumeSource } from './upload/resume'
import { readLocalFile } from './wx/files'

// Compatibility with apps written for cos-wx-sdk-v5: its helper functions, its getAuthorization, and its unfinished
// uploads.

/** `COS.util` of cos-wx-sdk-v5, which apps use for requests of their own. */
export interface OfficialUtil {
  /** Computes the MD5 of a string in UTF-8, or of bytes, in hex. */
  md5(content: string | ArrayBuffer): string
  /** Parses an XML document: elements by name, text as strings, repeated elements as arrays. */
  xml2json(xml: string): object
  /** Writes plain data as XML without a declaration. */
  json2xml(data: object): string
  /** Encodes a string in UTF-8 as base64; `safe` for URLs: `-` and `_`, no padding. */
  encodeBase64(text: string, safe?: boolean): string
}

const hexMd5 = (content: string | ArrayBuffer) => hexOf(md5(content))

export const officialUtil = (): OfficialUtil => UTIL

const UTIL: OfficialUtil = {
  md5: hexMd5,
  xml2json: (xml) => readXml(xml),
  json2xml: (data) => writeXml(data),
  encodeBase64(text, safe) {
    const encoded = toBase64(utf8Bytes(text))
    return safe ? encoded.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') : encoded
  },
}

/** Params of `COS.getAuthorization`. The names in lower case are those of older versions. */
export interface AuthorizationParams {
  SecretId?: string
  SecretKey?: string
  /** @default 'get' */
  Method?: string
  method?: string
  /** The path that is signed is `/` and the key. Pathname replaces it. */
  Key?: string
  Pathname?: string
  pathname?: string
  /** Keeps a leading slash of Key. @default false */
  UseRawKey?: boolean
  /** Parameters to sign. */
  Query?: Record<string, unknown>
  params?: Record<string, unknown>
  /** Headers to sign. */
  Headers?: Record<string, unknown>
  headers?: Record<string, unknown>
  /** Seconds from now. @default 900 */
  Expires?: number
  expires?: number
  /** `start;end` in Unix seconds, instead of Expires. */
  KeyTime?: string
  /** Milliseconds. @default 0 */
  SystemClockOffset?: number
  /** With Region: signs the bucket's host. */
  Bucket?: string
  Region?: string
  /** @default true */
  ForceSignHost?: boolean
}

/**
 * Computes the Authorization of a request with a given key pair: for tools and tests, not for an app.
 * @throws CosError `KitMissingParam` without a key pair
 */
export function staticAuthorization(params: AuthorizationParams): string {
  const { SecretId, SecretKey, Bucket, Region, UseRawKey, Key = '' } = params
  if (!SecretId || !SecretKey) {
    throw argumentError('KitMissingParam', `missing param ${SecretId ? 'SecretKey' : 'SecretId'}`)
  }
  const headers = valuesOf(params.Headers || params.headers)
  for (const name of Object.keys(headers)) if (!isSignedHeader(name)) delete headers[name]
  const hasHost = headers.Host || headers.host
  if (!hasHost && params.ForceSignHost !== false && Bucket && Region) {
    headers.Host = `${Bucket}.cos.${Region}.myqcloud.com`
  }
  const path = params.Pathname || params.pathname || (UseRawKey ? `/${Key}` : Key)
  const start = Math.round((Date.now() + (params.SystemClockOffset || 0)) / 1000) - 1
  const seconds = Number(params.Expires || params.expires || 900)
  const keyTime = params.KeyTime || `${start};${start + seconds}`
  const { authorization } = signRequest(
    {
      method: params.method || params.Method || 'get',
      pathname: UseRawKey || path[0] === '/' ? path : `/${path}`,
      query: valuesOf(params.Query || params.params),
      headers,
    },
    { SecretId, SecretKey, keyTime },
    signatureHash,
    signKeyOf(SecretKey, keyTime),
  )
  return authorization
}

/** Converts the values to strings; undefined and null are left out. */
function valuesOf(fields: Record<string, unknown> = {}): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null) values[name] = String(value)
  }
  return values
}

/** The ids of uploads that cos-wx-sdk-v5 started for this path. Its entries do not identify the content. */
function officialIds(path: string, stored: unknown): string[] {
  let entries = stored
  try {
    entries = JSON.parse(stored as string)
  } catch {
    // Not JSON: the entries are stored as an array, or missing.
  }
  const pathMd5 = hexMd5(path)
  const ids: string[] = []
  for (const entry of Array.isArray(entries) ? entries : []) {
    const [uuid, UploadId] = Array.isArray(entry) ? entry : []
    if (typeof UploadId === 'string' && String(uuid).indexOf(pathMd5) === 0) ids.push(UploadId)
  }
  return ids
}

/**
 * Finds an upload of this file that was started before the app switched from cos-wx-sdk-v5.
 * @param stored the entries of that client: `[uuid, UploadId, seconds][]` as JSON, newest first
 */
export async function findOfficialUpload(
  upload: MultipartUpload,
  stored: unknown,
): ReturnType<ResumeSource> {
  for (const UploadId of officialIds(String(upload.params.FilePath), stored)) {
    const parts = await listParts(upload, UploadId)
    if (parts && (await matchFile(upload, parts))) return [UploadId, parts]
  }
  return undefined
}

/** Whether the parts match the content of the file. Slow, so only for uploads that another client started. */
async function matchFile(
  { params, parts: plan, _fileSize: fileSize, _onHashed: onHashed }: MultipartUpload,
  parts: PartDone[],
): Promise<boolean> {
  let hashed = 0
  for (const { PartNumber, ETag } of parts) {
    const { position = 0, length = 0 } = plan[PartNumber - 1] || {}
    const content = await readLocalFile(params.FilePath, { position, length, fileSize })
    if (`"${hexOf(await md5InSlices(content))}"` !== ETag) return false
    hashed += length
    onHashed(hashed)
  }
  return true
}
