import type { OperationName } from '@miniprogram-cos/protocol'
import type { Rule } from '../access/accessRule'
import { type DescribedRequest, requestRefused } from './readRequest'
import type { SignedOperation } from './signedOperations'

/**
 * What a rule says about the objects that are written, as far as the request tells it. Size and type are
 * also conditions of the key that signs, so that COS checks them on what really arrives.
 * @throws FunctionFault `KitRequestRefused` naming the rule
 */
export function checkLimits(
  name: OperationName,
  { makes }: SignedOperation,
  { key, headers }: DescribedRequest,
  rule: Rule,
  isServerName: (key: string) => boolean,
): void {
  const refuse = (why: string) => {
    throw requestRefused(why, rule.pattern)
  }
  const isCopy = name === 'putObjectCopy' || name === 'uploadPartCopy'
  const isPart = name.startsWith('multipart')
  if (isCopy && (rule.maxBytes !== undefined || rule.types)) {
    refuse('the rule limits size or type, and what a copy brings cannot be seen')
  }
  if (isPart && rule.maxBytes !== undefined) {
    refuse('the rule limits the size, and the sum of parts cannot be seen: upload in one request')
  }
  if (rule.names === 'server' && name !== 'multipartList' && !isServerName(key)) {
    refuse('the function chooses the names of new objects: ask with "create"')
  }
  if (makes && !rule.overwrite && headers['x-cos-forbid-overwrite'] !== 'true') {
    refuse('the rule forbids overwriting: send the header x-cos-forbid-overwrite: true')
  }
  const length = headers['content-length']
  if (rule.maxBytes !== undefined && length !== undefined) {
    const isWithin = /^\d{1,15}$/.test(length) && Number(length) <= rule.maxBytes
    if (!isWithin) refuse(`the rule takes objects of up to ${rule.maxBytes} bytes`)
  }
  const type = headers['content-type']
  if (rule.types && type !== undefined && !isOfType(type, rule.types)) {
    refuse(`the rule takes the types ${rule.types.join(', ')}`)
  }
}

/**
 * Where a rule names types, an object is read as the type it was stored with, and shown or saved as that.
 * @throws FunctionFault `KitRequestRefused` naming the rule
 */
export function checkOverrides(query: Record<string, string>, { types, pattern }: Rule): void {
  if (!types) return
  if (query['response-content-type'] !== undefined) {
    throw requestRefused(
      'the rule limits the types: response-content-type would show the object as another',
      pattern,
    )
  }
  const disposition = query['response-content-disposition']
  if (disposition !== undefined && !/^attachment(?:$|[; ])/i.test(disposition)) {
    throw requestRefused(
      'the rule limits the types: response-content-disposition may only be attachment',
      pattern,
    )
  }
}

/** Whether a type is one of a rule's, which may end in `*`. */
export function isOfType(type: string, types: string[]): boolean {
  return types.some((one) => (one.endsWith('*') ? type.startsWith(one.slice(0, -1)) : type === one))
}
