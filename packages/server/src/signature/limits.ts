import type { OperationName } from '@miniprogram-cos/protocol'
import { quote, Reason, requestRefused } from '../errors'
import { hasQuota, limitsUploads, type Rule } from '../rules'
import type { DescribedRequest } from './request'

/** Headers of HTTP that may be signed: they describe content, or a condition. */
const HTTP_HEADERS = new Set([
  'host',
  'content-length',
  'content-md5',
  'content-type',
  'content-disposition',
  'content-encoding',
  'cache-control',
  'expires',
  'range',
  'if-match',
  'if-none-match',
  'if-modified-since',
  'if-unmodified-since',
])

/**
 * Headers of COS that may be signed. Not among them: grants (`x-cos-grant-*`), callbacks, tags, redirects, and
 * `Pic-Operations`, which writes further objects.
 */
const COS_HEADERS =
  /^x-cos-(?:meta-[a-z0-9-]+|acl|storage-class|traffic-limit|mime-limit|forbid-overwrite|sdk-retry|server-side-encryption(?:-[a-z0-9-]+)?)$/
const COPY_HEADERS = /^x-cos-(?:copy-source(?:-range|-if-[a-z-]+)?|metadata-directive)$/

/** ACLs that make no object public. */
const PRIVATE_ACLS = ['default', 'private']

/** Hosts of a bucket: COS's own, and those that its owner configured. */
export function hostsOf(bucket: string, region: string, domains: readonly string[]): string[] {
  return [
    `${bucket}.cos.${region}.myqcloud.com`,
    `${bucket}.cos.${region}.tencentcos.cn`,
    `${bucket}.cos.accelerate.myqcloud.com`,
    ...domains,
  ]
}

/** Checks the headers to sign. @throws FunctionError `KitRequestRefused` naming the header */
export function checkHeaders(
  headers: Record<string, string>,
  hosts: readonly string[],
  isCopy: boolean,
): void {
  for (const [name, value] of Object.entries(headers)) {
    const isKnown =
      HTTP_HEADERS.has(name) || COS_HEADERS.test(name) || (isCopy && COPY_HEADERS.test(name))
    if (!isKnown) throw requestRefused(`cos-signature does not sign the header ${quote(name, 60)}`)
    if (name === 'x-cos-acl' && !PRIVATE_ACLS.includes(value)) {
      throw requestRefused('objects must be private: x-cos-acl may be default or private')
    }
    if (name === 'host' && !hosts.includes(value)) {
      throw requestRefused('Host is not one of the bucket; add other hosts to config.domains')
    }
  }
}

/**
 * Checks a request against what its rule says about uploads, as far as the request shows it. Size and type are also
 * conditions of the signing key, so that COS checks them for what is actually sent.
 * @throws FunctionError `KitRequestRefused` naming the rule
 */
export function checkLimits(
  name: OperationName,
  createsObject: boolean,
  { key, headers }: DescribedRequest,
  rule: Rule,
  isServerName: (key: string) => boolean,
): void {
  const refuse = (reason: string | Reason) => {
    throw requestRefused(reason, rule.pattern)
  }
  const isCopy = name === 'putObjectCopy' || name === 'uploadPartCopy'
  if (isCopy && (rule.maxBytes !== undefined || rule.types)) {
    refuse('the rule limits size or type, which cannot be checked for a copy')
  }
  if (name.startsWith('multipart') && rule.maxBytes !== undefined) {
    refuse(
      'the rule limits the size, which cannot be checked for a multipart upload: upload in one request',
    )
  }
  if (rule.names === 'server' && name !== 'multipartList' && !isServerName(key)) {
    refuse(new Reason('serverNames'))
  }
  if (createsObject && !rule.overwrite && headers['x-cos-forbid-overwrite'] !== 'true') {
    refuse('the rule forbids overwriting: send the header x-cos-forbid-overwrite: true')
  }
  const { 'content-length': length, 'content-type': type } = headers
  if (name === 'putObject' && hasQuota(rule) && length === undefined) {
    refuse('the rule has a quota: sign the header Content-Length')
  }
  const isNumber = length === undefined || /^\d{1,15}$/.test(length)
  const size = isNumber ? Number(length ?? 0) : Number.NaN
  const problem = fileProblem(rule, { size, type })
  if (problem) refuse(problem)
  // It could mean one size to a hook and another to COS.
  if (!isNumber) refuse('Content-Length is not a number of bytes')
}

/**
 * Why a rule refuses a file of this size and type.
 * @param file what is unknown is undefined, and not checked
 */
export function fileProblem(
  { maxBytes, types }: Pick<Rule, 'maxBytes' | 'types'>,
  { size, type }: { size?: number | undefined; type?: string | undefined },
): Reason | undefined {
  if (size !== undefined && maxBytes !== undefined && !(size <= maxBytes)) {
    return new Reason('tooLarge', { bytes: maxBytes })
  }
  if (type !== undefined && types && !isAllowedType(type, types)) {
    return new Reason('otherType', { types: types.join(', ') })
  }
  return undefined
}

/**
 * Where a rule names types, an object is read as the type it was stored with.
 * @throws FunctionError `KitRequestRefused` naming the rule
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

/**
 * Where a rule limits uploads, the signing key permits one object only, which its policy must name exactly.
 * @throws FunctionError `KitRequestRefused` for a key with a character that has a meaning in policies
 */
export function checkExactKey(key: string, rule: Rule): void {
  const [special] = /[*?\\]/.exec(key) ?? []
  if (special === undefined || !limitsUploads(rule)) return
  throw requestRefused(new Reason('keyNotExact', { text: special }), rule.pattern)
}

/** One content type, with or without a charset. A list of types is not: browsers take its last one. */
export const CONTENT_TYPE = /^[\w.+-]{1,60}\/[\w.+-]{1,60}(; ?charset=[\w-]{1,20})?$/

/** Whether a type is one of a rule's, which may end in `*`. */
function isAllowedType(type: string, types: string[]): boolean {
  if (!CONTENT_TYPE.test(type)) return false
  return types.some((allowed) =>
    allowed.endsWith('*') ? type.startsWith(allowed.slice(0, -1)) : type === allowed,
  )
}
