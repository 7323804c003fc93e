import { matchOperation, type OperationName, unservedSubresource } from '@miniprogram-cos/protocol'
import { covers, type Grant, whyNot } from '../access/grants'
import { requestedKeyProblem } from '../access/keyGuard'
import type { Call } from '../calls/answerCall'
import type { CheckedConfig } from '../config/checkConfig'
import { checkHeaders, hostsOf } from './checkHeaders'
import { checkLimits, checkOverrides } from './checkLimits'
import { copySourceGrant } from './copySourceGrant'
import { type DescribedRequest, requestRefused } from './readRequest'
import { IMAGE_PROCESSING, SIGNED_OPERATIONS, type SignedOperation } from './signedOperations'

/** A request that may be signed, and the grants the signing key needs for it. */
export interface AuthorizedRequest {
  name: OperationName
  grants: Grant[]
}

/**
 * Which operation a described request is, and whether the caller may do it. What the table does not know
 * as an operation on a caller's objects is refused, whatever else it may be.
 * @throws FunctionFault `KitRequestRefused` saying why, and naming the rule
 */
export function authorizeRequest(
  request: DescribedRequest,
  { grants }: Pick<Call, 'grants'>,
  { bucket, region, domains, rules }: CheckedConfig,
  isServerName: (key: string) => boolean,
): AuthorizedRequest {
  const { name, signed } = recognise(request)
  const source = request.headers['x-cos-copy-source']
  const hosts = hostsOf(bucket, region, domains)
  checkHeaders(request.headers, hosts, source !== undefined)
  checkQuery(request.query, name, signed)
  // A list is of a folder: its prefix is what the key is for an object.
  const path = request.key === '' ? (request.query.prefix ?? '') : request.key
  const problem = requestedKeyProblem(path, 'request')
  if (problem) throw requestRefused(`${JSON.stringify(path.slice(0, 100))}: ${problem}`)
  const isGranted = (one: Grant) =>
    one.verb === signed.verb || (name === 'multipartList' && one.verb === 'write' && one.isOwn)
  const grant = grants.find((one) => isGranted(one) && covers(one, path))
  if (!grant) {
    const { message, rule } = whyNot(rules, signed.verb, path)
    throw requestRefused(message, rule)
  }
  checkOverrides(request.query, grant.rule)
  if (grant.verb === 'write') checkLimits(name, signed, request, grant.rule, isServerName)
  if (source === undefined) return { name, grants: [grant] }
  return { name, grants: [grant, copySourceGrant(source, hosts, { grants, rules })] }
}

function recognise({ method, key, query, headers, isUrl }: DescribedRequest): {
  name: OperationName
  signed: SignedOperation
} {
  const found = matchOperation({
    method,
    target: key === '' ? 'bucket' : 'object',
    query,
    copies: headers['x-cos-copy-source'] !== undefined,
    form: false,
  })
  const unserved = unservedSubresource(found?.operation, query)
  if (unserved !== undefined)
    throw requestRefused(`?${unserved} is no operation on a user's objects`)
  const signed = found && SIGNED_OPERATIONS[found.name]
  if (!found || !signed) {
    const what = found?.name ?? `${method} of ${key === '' ? 'the bucket' : 'an object'}`
    throw requestRefused(`${what} is no operation on a user's objects`)
  }
  if (isUrl && found.name !== 'getObject' && found.name !== 'putObject') {
    throw requestRefused('URLs are signed for GET and PUT of one object')
  }
  return { name: found.name, signed }
}

/** Every parameter is signed, so every parameter must be one we know. */
function checkQuery(
  query: Record<string, string>,
  name: OperationName,
  { query: known }: SignedOperation,
): void {
  for (const [param, value] of Object.entries(query)) {
    const isImage = name === 'getObject' && value === '' && IMAGE_PROCESSING.test(param)
    if (!known.includes(param) && !isImage) {
      throw requestRefused(`${name} has no parameter ${JSON.stringify(param.slice(0, 60))}`)
    }
    if (param === 'partNumber' && !/^\d{1,5}$/.test(value))
      throw requestRefused('an odd partNumber')
    // Empty, it would be another operation for whoever drops empty parameters.
    if (param === 'uploadId' && !/^[\w.~-]{1,256}$/.test(value))
      throw requestRefused('an odd uploadId')
  }
}
