import { writeXml } from '../xml'
import {
  defineOperation,
  type ObjectParams,
  type ResultMeta,
  readDocument,
  readETag,
} from './define'
import type { ContentParams } from './params'
import { checkBody, contentDefaults } from './upload'

export interface MultipartInitParams extends ObjectParams, ContentParams {
  Query?: Record<string, string | number | undefined>
}

export interface MultipartInitResult extends ResultMeta {
  Bucket: string
  Key: string
  /** Identifies the upload in all further calls. */
  UploadId: string
}

export const multipartInit = defineOperation<MultipartInitParams, MultipartInitResult>(
  'POST',
  'object',
  'InitiateMultipartUpload',
  {
    subresource: 'uploads',
    _idempotent: false,
    _build: ({ Key, Query }) => ({ query: Query, headers: contentDefaults(Key) }),
    _parse: readDocument('InitiateMultipartUploadResult'),
  },
)

export interface MultipartUploadParams extends ObjectParams {
  /** The id that multipartInit returned. */
  UploadId: string
  /** 1 to 10000 (document 436/14112). */
  PartNumber: number
  /** 1 MiB to 5 GiB; the last part may be smaller. */
  Body: string | ArrayBuffer
  /** MD5 of the content in base64. COS refuses the upload if it differs. */
  ContentMD5?: string
  ContentLength?: number
  /** bit/s, 819200 to 838860800 (document 436/40140). */
  TrafficLimit?: number
  /** `'AES256'`: encryption with a customer-provided key. */
  SSECustomerAlgorithm?: string
  /** That key, in Base64. */
  SSECustomerKey?: string
  /** The key's MD5, in Base64. */
  SSECustomerKeyMD5?: string
}

export interface MultipartUploadResult extends ResultMeta {
  /** Quoted: pass it to multipartComplete. */
  ETag: string
}

export const multipartUpload = defineOperation<MultipartUploadParams, MultipartUploadResult>(
  'PUT',
  'object',
  'UploadPart',
  {
    needs: ['partNumber', 'uploadId'],
    _build: ({ Body }) => ({ body: checkBody(Body) }),
    _parse: readETag,
  },
)

export interface MultipartListPartParams extends ObjectParams {
  /** The id that multipartInit returned. */
  UploadId: string
  EncodingType?: 'url'
  /** 1 to 1000. @default 1000 */
  MaxParts?: number | string
  /** Lists the parts after this one. */
  PartNumberMarker?: number | string
}

export interface MultipartListPartResult extends ResultMeta {
  Part: { PartNumber: string; ETag: string; Size: string; LastModified: string }[]
  IsTruncated: string
  NextPartNumberMarker?: string
  [element: string]: unknown
}

export const multipartListPart = defineOperation<MultipartListPartParams, MultipartListPartResult>(
  'GET',
  'object',
  'ListParts',
  {
    needs: ['uploadId'],
    query: ['max-parts', 'part-number-marker', 'encoding-type'],
    _parse: readDocument('ListPartsResult', 'Part'),
  },
)

export interface MultipartCompleteParams extends ObjectParams {
  /** The id that multipartInit returned. */
  UploadId: string
  /** In ascending order of PartNumber. */
  Parts: { PartNumber: number; ETag: string }[]
  [meta: `x-cos-meta-${string}`]: string | undefined
}

export interface MultipartCompleteResult extends ResultMeta {
  /** `host/key`, no scheme. */
  Location: string
  Bucket: string
  Key: string
  /** Quoted, `…-<number of parts>`: not an MD5 of the content. */
  ETag: string
}

export const multipartComplete = defineOperation<MultipartCompleteParams, MultipartCompleteResult>(
  'POST',
  'object',
  'CompleteMultipartUpload',
  {
    needs: ['uploadId'],
    _contentMd5: true,
    _build: ({ Parts }) => {
      const Part = Parts.map(({ PartNumber, ETag }) => ({
        PartNumber,
        // Callers may pass it with or without quotes.
        ETag: `"${ETag.replace(/^"|"$/g, '')}"`,
      }))
      return { body: writeXml({ CompleteMultipartUpload: { Part } }) }
    },
    _parse: ({ xml, location }) => ({
      ...xml<{ Bucket: string; Key: string; ETag: string }>('CompleteMultipartUploadResult'),
      Location: location,
    }),
  },
)

export interface MultipartAbortParams extends ObjectParams {
  /** The id that multipartInit returned. */
  UploadId: string
}

export const multipartAbort = defineOperation<MultipartAbortParams>(
  'DELETE',
  'object',
  'AbortMultipartUpload',
  { needs: ['uploadId'] },
)
