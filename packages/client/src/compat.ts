import { argumentError, isSignedHeader, loadXml, signRequest } from '@miniprogram-cos/protocol'
import { hexOf, signatureHash, toBase64, utf8Bytes } from './hash'
import { loadIntegrity } from './lazy/integrity'
import { loadUploads } from './lazy/uploads'
import { signKeyOf } from './request/send'
import type { MultipartUpload, PartDone } from './upload/multipart'
import type { ResumeSource } from './upload/resume'
import { readLocalFile } from './wx/files'

// Compatibility with apps written for cos-wx-sdk-v5: its helpers, its getAuthorization, and the uploads that it began.

/** `COS.util` of cos-wx-sdk-v5, which apps use for what they send themselves. */
export interface OfficialUtil {
  /** The MD5 of a text's UTF-8, or of bytes, in hex. */
  md5(content: string | ArrayBuffer): string
  /** Reads an XML document: elements by name, texts as they are, repeated elements as lists. */
  xml2json(xml: string): object
  /** Writes plain data as XML without a declaration. */
  json2xml(data: object): string
  /** Base64 of a text's UTF-8; `safe` for URLs: `-` and `_`, no padding. */
  encodeBase64(text: string, safe?: boolean): string
}

const hexMd5 = (content: string | ArrayBuffer) => hexOf(loadIntegrity().md5(content))

export const officialUtil: OfficialUtil = {
  md5: hexMd5,
  xml2json: (xml) => loadXml().readXml(xml),
  json2xml: (data) => loadXml().writeXml(data),
  encodeBase64(text, safe) {
    const encoded = toBase64(utf8Bytes(text))
    return safe ? encoded.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') : encoded
  },
}

/** What `COS.getAuthorization` takes; the names in lower case are those of older versions. */
export interface AuthorizationParams {
  SecretId?: string
  SecretKey?: string
  /** @default 'get' */
  Method?: string
  method?: string
  /** Signed as `/` and it; or give Pathname. */
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
 * The Authorization of a request, by a key pair that is at hand: for tools and tests, not for an app.
 * @throws CosError `KitMissingParam` without a key pair
 */
export function staticAuthorization(given: AuthorizationParams, now: number): string {
  const { SecretId, SecretKey, Bucket, Region, UseRawKey, Key = '' } = given
  if (!SecretId || !SecretKey) {
    throw argumentError('KitMissingParam', `missing param ${SecretId ? 'SecretKey' : 'SecretId'}`)
  }
  const headers = valuesOf(given.Headers ?? given.headers)
  for (const name of Object.keys(headers)) if (!isSignedHeader(name)) delete headers[name]
  const hasHost = headers.Host || headers.host
  if (!hasHost && given.ForceSignHost !== false && Bucket && Region) {
    headers.Host = `${Bucket}.cos.${Region}.myqcloud.com`
  }
  const path = given.Pathname || given.pathname || (UseRawKey ? `/${Key}` : Key)
  const start = Math.round((now + (given.SystemClockOffset ?? 0)) / 1000) - 1
  const seconds = Number(given.Expires || given.expires || 900)
  const keyTime = given.KeyTime || `${start};${start + seconds}`
  const { authorization } = signRequest(
    {
      method: given.method || given.Method || 'get',
      pathname: UseRawKey || path[0] === '/' ? path : `/${path}`,
      query: valuesOf(given.Query ?? given.params),
      headers,
    },
    { SecretId, SecretKey, keyTime },
    signatureHash,
    signKeyOf(SecretKey, keyTime),
  )
  return authorization
}

/** The values as strings, without undefined and null. */
function valuesOf(given: Record<string, unknown> = {}): Record<string, string> {
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && value !== null) values[name] = String(value)
  }
  return values
}

/** Uploads of this path that cos-wx-sdk-v5 began. Its keys say nothing of the content. */
function officialIds(path: string, given: unknown): string[] {
  let stored = given
  try {
    stored = JSON.parse(stored as string)
  } catch {
    // Not JSON: it is stored as a list, or missing.
  }
  const own = hexMd5(path)
  const ids: string[] = []
  for (const entry of Array.isArray(stored) ? stored : []) {
    const [uuid, UploadId] = Array.isArray(entry) ? entry : []
    if (typeof UploadId === 'string' && String(uuid).indexOf(own) === 0) ids.push(UploadId)
  }
  return ids
}

/**
 * An upload that was begun before the app switched from cos-wx-sdk-v5.
 * @param stored what that client keeps of its uploads: `[uuid, UploadId, seconds][]` as JSON, newest first
 */
export async function findOfficialUpload(
  upload: MultipartUpload,
  stored: unknown,
): ReturnType<ResumeSource> {
  for (const UploadId of officialIds(String(upload.params.FilePath), stored)) {
    const parts = await loadUploads().listParts(upload, UploadId)
    if (parts && (await areOfThisFile(upload, parts))) return [UploadId, parts]
  }
  return undefined
}

/** Whether the parts match the content of the file. Slow, so only for uploads that another client began. */
async function areOfThisFile(
  { params, parts: plan, fileSize, onHashed }: MultipartUpload,
  parts: PartDone[],
): Promise<boolean> {
  let hashed = 0
  for (const { PartNumber, ETag } of parts) {
    const { position = 0, length = 0 } = plan[PartNumber - 1] || {}
    const content = await readLocalFile(params.FilePath, { position, length, fileSize })
    if (`"${hexOf(await loadIntegrity().md5InTurns(content))}"` !== ETag) return false
    hashed += length
    onHashed(hashed)
  }
  return true
}
