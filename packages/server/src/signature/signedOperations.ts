import type { OperationName } from '@miniprogram-cos/protocol'
import type { Verb } from '../access/accessRule'

/** An operation that may be signed: the verb it takes, and every parameter its request may have. */
export interface SignedOperation {
  verb: Verb
  query: readonly string[]
  /** Makes an object, or begins to: what `overwrite: false` and limits are about. */
  makes?: true
}

const LIST = ['prefix', 'delimiter', 'encoding-type']
const RESPONSES = [
  'response-content-type',
  'response-content-language',
  'response-expires',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
]

/**
 * The operations of the table that concern the objects of one caller. Not among them: forms and
 * multi-deletes, whose keys stand in the body, which is not signed.
 */
export const SIGNED_OPERATIONS: { readonly [Name in OperationName]?: SignedOperation } = {
  getObject: { verb: 'read', query: ['versionId', ...RESPONSES] },
  headObject: { verb: 'read', query: ['versionId'] },
  putObject: { verb: 'write', query: [], makes: true },
  putObjectCopy: { verb: 'write', query: ['versionId'], makes: true },
  multipartInit: { verb: 'write', query: ['uploads'], makes: true },
  multipartUpload: { verb: 'write', query: ['partNumber', 'uploadId'] },
  uploadPartCopy: { verb: 'write', query: ['partNumber', 'uploadId'] },
  multipartListPart: {
    verb: 'write',
    query: ['uploadId', 'max-parts', 'part-number-marker', 'encoding-type'],
  },
  multipartComplete: { verb: 'write', query: ['uploadId'], makes: true },
  multipartAbort: { verb: 'write', query: ['uploadId'] },
  multipartList: {
    verb: 'list',
    query: ['uploads', ...LIST, 'max-uploads', 'key-marker', 'upload-id-marker'],
  },
  deleteObject: { verb: 'delete', query: ['versionId'] },
  getBucket: { verb: 'list', query: [...LIST, 'marker', 'max-keys'] },
}

/**
 * Image processing that only shapes the answer of a GET. Watermarks are not: they fetch another picture,
 * named in the parameter, on nobody's behalf.
 */
export const IMAGE_PROCESSING = /^(?:imageMogr2|imageView2|imageInfo)(?:\/[\w.!<>^-]+)*$/
