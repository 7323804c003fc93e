import {
  matchOperation,
  type OperationName,
  parseCopySource,
  unmatchedSubresource,
  type Verb,
} from '@miniprogram-cos/protocol'
import type { CheckedConfig } from '../config'
import { quote, type Refuse, requestRefused } from '../errors'
import { type Grant, grantFor } from '../grants'
import { folderKeyObstacle } from '../policy'
import type { Rule } from '../rules'
import { checkExactKey, checkHeaders, checkLimits, checkOverrides, hostsOf } from './limits'
import type { DescribedRequest } from './request'

/** An operation that can be signed: its verb, and every parameter its request may have. */
interface SignedOperation {
  verb: Verb
  query: readonly string[]
  /** Creates an object, or begins to: `overwrite: false` applies. */
  createsObject?: true
}

const LIST_PARAMS = ['prefix', 'delimiter', 'encoding-type']
const RESPONSE_PARAMS = [
  'response-content-type',
  'response-content-language',
  'response-expires',
  'response-cache-control',
  'response-content-disposition',
  'response-content-encoding',
]

/**
 * The operations of the protocol that concern one user's objects. Without forms and multi-deletes: their keys are in the
 * body, which is not signed. The parameters are listed again on purpose: one that is added to the protocol is not signed
 * before its consequences have been considered here.
 */
const SIGNED_OPERATIONS: { readonly [Name in OperationName]?: SignedOperation } = {
  getObject: { verb: 'read', query: ['versionId', ...RESPONSE_PARAMS] },
  headObject: { verb: 'read', query: ['versionId'] },
  putObject: { verb: 'write', query: [], createsObject: true },
  putObjectCopy: { verb: 'write', query: ['versionId'], createsObject: true },
  multipartInit: { verb: 'write', query: ['uploads'], createsObject: true },
  multipartUpload: { verb: 'write', query: ['partNumber', 'uploadId'] },
  uploadPartCopy: { verb: 'write', query: ['partNumber', 'uploadId'] },
  multipartListPart: {
    verb: 'write',
    query: ['uploadId', 'max-parts', 'part-number-marker', 'encoding-type'],
  },
  multipartComplete: { verb: 'write', query: ['uploadId'], createsObject: true },
  multipartAbort: { verb: 'write', query: ['uploadId'] },
  multipartList: {
    verb: 'list',
    query: ['uploads', ...LIST_PARAMS, 'max-uploads', 'key-marker', 'upload-id-marker'],
  },
  deleteObject: { verb: 'delete', query: ['versionId'] },
  getBucket: { verb: 'list', query: [...LIST_PARAMS, 'marker', 'max-keys'] },
}

/**
 * Image processing that only shapes the response of a GET. Watermarks are excluded: they fetch another picture, named
 * in the parameter, without the caller's permissions.
 */
const IMAGE_PROCESSING = /^(?:imageMogr2|imageView2|imageInfo)(?:\/[\w.!<>^-]+)*$/

/** The parameters of a video snapshot (document 1045/72960). */
const SNAPSHOT_PARAMS: Record<string, RegExp> = {
  'ci-process': /^snapshot$/,
  time: /^\d{1,6}(?:\.\d{1,6})?$/,
  width: /^\d{1,4}$/,
  height: /^\d{1,4}$/,
  format: /^(?:jpg|png)$/,
  rotate: /^(?:auto|off)$/,
  mode: /^(?:exactframe|keyframe)$/,
}

/** A request that may be signed, and the grants that the signing key needs. */
export interface AuthorizedRequest {
  name: OperationName
  grants: Grant[]
}

/**
 * Determines which operation a request is, and whether the caller may perform it. Whatever is not known as an
 * operation on one user's objects is refused.
 * @throws FunctionError `KitRequestRefused` with the reason and the rule
 */
export function authorizeRequest(
  given: DescribedRequest,
  { grants }: { grants: Grant[] },
  { bucket, region, domains, rules }: CheckedConfig,
  isServerName: (key: string) => boolean,
): AuthorizedRequest {
  const { request, isSnapshot } = withoutSnapshot(given)
  const { name, operation } = identifyOperation(request)
  if (isSnapshot && name !== 'getObject') throw requestRefused('a video snapshot is a GET')
  const source = request.headers['x-cos-copy-source']
  const hosts = hostsOf(bucket, region, domains)
  checkHeaders(request.headers, hosts, source !== undefined)
  checkQuery(request.query, name, operation)
  // A list applies to a folder: its prefix is checked like a key.
  const path = request.key === '' ? (request.query.prefix ?? '') : request.key
  const isGranted = ({ verb, isOwn }: Grant) =>
    verb === operation.verb || (name === 'multipartList' && verb === 'write' && isOwn)
  const caller = { grants, rules }
  const grant = grantFor(operation.verb, path, caller, requestRefused, 'request', isGranted)
  if (grant.verb === 'delete') {
    const obstacle = folderKeyObstacle('delete', grant.rule)
    if (obstacle) throw requestRefused(obstacle, grant.rule.pattern)
  }
  if (isSnapshot && !grant.rule.videoCovers) {
    throw requestRefused('its rule has no videoCovers: true', grant.rule.pattern)
  }
  checkOverrides(request.query, grant.rule)
  if (grant.verb === 'write') {
    checkExactKey(request.key, grant.rule)
    checkLimits(name, operation.createsObject ?? false, request, grant.rule, isServerName)
  }
  if (source === undefined) return { name, grants: [grant] }
  return { name, grants: [grant, copySourceGrant(source, hosts, caller)] }
}

/** The GET that a video snapshot is besides its parameters, so that they need no exception elsewhere. */
function withoutSnapshot(request: DescribedRequest): {
  request: DescribedRequest
  isSnapshot: boolean
} {
  if (request.query['ci-process'] !== 'snapshot') return { request, isSnapshot: false }
  const others = Object.entries(request.query).filter(
    ([param, value]) => !SNAPSHOT_PARAMS[param]?.test(value),
  )
  return { request: { ...request, query: Object.fromEntries(others) }, isSnapshot: true }
}

function identifyOperation({ method, key, query, headers, isUrl }: DescribedRequest): {
  name: OperationName
  operation: SignedOperation
} {
  const found = matchOperation({
    method,
    target: key === '' ? 'bucket' : 'object',
    query,
    copies: headers['x-cos-copy-source'] !== undefined,
    form: false,
  })
  const unserved = unmatchedSubresource(found?.operation, query)
  if (unserved !== undefined) throw requestRefused(`cos-signature does not sign ?${unserved}`)
  const operation = found && SIGNED_OPERATIONS[found.name]
  if (!found || !operation) {
    const what = found?.name ?? `${method} of ${key === '' ? 'the bucket' : 'an object'}`
    throw requestRefused(`cos-signature does not sign ${what}`)
  }
  if (isUrl && found.name !== 'getObject' && found.name !== 'putObject') {
    throw requestRefused('URLs are signed for GET and PUT of one object')
  }
  return { name: found.name, operation }
}

/** Every parameter is signed, so every parameter must be known. */
function checkQuery(
  query: Record<string, string>,
  name: OperationName,
  { query: known }: SignedOperation,
): void {
  for (const [param, value] of Object.entries(query)) {
    const isImage = name === 'getObject' && value === '' && IMAGE_PROCESSING.test(param)
    if (!known.includes(param) && !isImage) {
      throw requestRefused(`${name} has no parameter ${quote(param, 60)}`)
    }
    if (param === 'partNumber' && !/^\d{1,5}$/.test(value))
      throw requestRefused('partNumber is not a number')
    // Empty, it would be another operation for a server that drops empty parameters.
    if (param === 'uploadId' && !/^[\w.~-]{1,256}$/.test(value))
      throw requestRefused('uploadId is not an upload id')
  }
}

/**
 * The read grant that covers the source of a copy. The header has only one accepted form, so that COS reads the same
 * object from it as this function.
 */
function copySourceGrant(
  source: string,
  hosts: readonly string[],
  caller: { grants: Grant[]; rules: Rule[] },
): Grant {
  const [host = ''] = source.split('/')
  if (!hosts.includes(host)) throw requestRefused('the copy source is not of this bucket')
  const path = source.slice(host.length + 1)
  if (!/^[\w.~!'()*%/-]+(?:\?versionId=[\w.~-]+)?$/.test(path)) {
    throw requestRefused('the key of the copy source must be percent-encoded')
  }
  const { Key } = parseCopySource(source)
  const refuse: Refuse = (reason, rule, subject) =>
    requestRefused(reason, rule, subject ? `the copy source ${subject}` : 'the copy source')
  return grantFor('read', Key, caller, refuse)
}
