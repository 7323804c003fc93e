import type { XmlElement } from '@miniprogram-cos/protocol'
import {
  checkBoolean,
  checkUnique,
  element,
  elements,
  integer,
  malformed,
  requiredElement,
  requiredText,
  requireOneOf,
  text,
  texts,
} from '../xmlElements'

/** Checks of bucket configurations: each refuses what COS refuses. */

const METHODS = new Set(['PUT', 'GET', 'POST', 'DELETE', 'HEAD'])
const MAX_CORS_RULES = 100

/** A `CORSConfiguration` (document 436/8279). @throws CosServiceError `MalformedXML` */
export function checkCors(document: XmlElement): void {
  const rules = elements(document, 'CORSRule', { min: 1, max: MAX_CORS_RULES })
  checkUnique(
    rules.map((rule) => text(rule, 'ID')),
    'ID',
  )
  for (const rule of rules) {
    for (const origin of texts(rule, 'AllowedOrigin', { min: 1 })) checkOrigin(origin)
    for (const method of texts(rule, 'AllowedMethod', { min: 1 })) {
      if (!METHODS.has(method)) throw malformed(`AllowedMethod is "${method}"`)
    }
    texts(rule, 'AllowedHeader')
    if (texts(rule, 'ExposeHeader').some((name) => name.includes('*'))) {
      throw malformed('ExposeHeader has a wildcard')
    }
    integer(rule, 'MaxAgeSeconds', 0)
  }
}

/** `*`, or protocol and host with at most one wildcard. */
function checkOrigin(origin: string): void {
  const isValid = origin === '*' || /^(https?:\/\/|\*)[^*]*\*?[^*]*$/.test(origin)
  if (!isValid || origin.split('*').length > 2) throw malformed(`AllowedOrigin is "${origin}"`)
}

/** An `InventoryConfiguration` (document 436/33707). @throws CosServiceError `MalformedXML` */
export function checkInventory(document: XmlElement, isOnce: boolean): void {
  requiredText(document, 'Id')
  const destination = requiredElement(document, 'Destination')
  const bucket = requiredElement(destination, 'COSBucketDestination')
  requiredText(bucket, 'Bucket')
  requireOneOf(bucket, 'Format', ['CSV', 'ORC', 'Parquet'])
  if (text(document, 'IncludedObjectVersions') !== undefined) {
    requireOneOf(document, 'IncludedObjectVersions', ['All', 'Current'])
  }
  // A job that runs once has no schedule (POST Bucket inventory).
  if (isOnce) return
  checkBoolean(document, 'IsEnabled')
  const schedule = element(document, 'Schedule') ?? {}
  requireOneOf(schedule, 'Frequency', ['Daily', 'Weekly'])
}

const MAX_LIFECYCLE_RULES = 1000
const MAX_ID_LENGTH = 255
const MAX_DAYS = 3650
const TRANSITION_CLASSES = [
  'STANDARD_IA',
  'MAZ_STANDARD_IA',
  'INTELLIGENT_TIERING',
  'MAZ_INTELLIGENT_TIERING',
  'ARCHIVE',
  'DEEP_ARCHIVE',
]

/** A `LifecycleConfiguration` (document 436/8280). @throws CosServiceError `MalformedXML` */
export function checkLifecycle(document: XmlElement): void {
  const rules = elements(document, 'Rule', { min: 1, max: MAX_LIFECYCLE_RULES })
  const ids = rules.map((rule) => text(rule, 'ID'))
  checkUnique(ids, 'ID')
  if (ids.some((id) => (id ?? '').length > MAX_ID_LENGTH)) throw malformed('ID is too long')
  for (const rule of rules) checkLifecycleRule(rule)
}

function checkLifecycleRule(rule: XmlElement): void {
  requireOneOf(rule, 'Status', ['Enabled', 'Disabled'])
  const filter = element(rule, 'Filter')
  if (filter) text(filter, 'Prefix')
  // An empty filter is for all objects.
  else if (rule.Filter === undefined && text(rule, 'Prefix') === undefined)
    throw malformed('Filter is missing')
  for (const transition of elements(rule, 'Transition')) {
    checkDaysOrDate(transition, 'Days', 0)
    requireOneOf(transition, 'StorageClass', TRANSITION_CLASSES)
  }
  const expiration = element(rule, 'Expiration')
  if (expiration) checkExpiration(expiration)
  for (const transition of elements(rule, 'NoncurrentVersionTransition')) {
    integer(transition, 'NoncurrentDays', 0)
    requireOneOf(transition, 'StorageClass', TRANSITION_CLASSES)
  }
  const noncurrent = element(rule, 'NoncurrentVersionExpiration')
  if (noncurrent) integer(noncurrent, 'NoncurrentDays', 0)
  const abort = element(rule, 'AbortIncompleteMultipartUpload')
  if (abort) integer(abort, 'DaysAfterInitiation', 1)
}

function checkExpiration(expiration: XmlElement): void {
  if (text(expiration, 'ExpiredObjectDeleteMarker') === undefined) {
    checkDaysOrDate(expiration, 'Days', 1)
    return
  }
  checkBoolean(expiration, 'ExpiredObjectDeleteMarker')
}

/** An action happens after some days or on a date. */
function checkDaysOrDate(action: XmlElement, days: string, min: number): void {
  const date = text(action, 'Date')
  const count = integer(action, days, min, MAX_DAYS)
  if ((date === undefined) === (count === undefined))
    throw malformed(`either ${days} or Date is required`)
  if (date !== undefined && Number.isNaN(Date.parse(date))) throw malformed(`Date is "${date}"`)
}

const MAX_DOMAINS = 10

/** A `RefererConfiguration` (document 436/32492). @throws CosServiceError `MalformedXML` */
export function checkReferer(document: XmlElement): void {
  requireOneOf(document, 'Status', ['Enabled', 'Disabled'])
  requireOneOf(document, 'RefererType', ['Black-List', 'White-List'])
  texts(requiredElement(document, 'DomainList'), 'Domain', { min: 1, max: MAX_DOMAINS })
  if (text(document, 'EmptyReferConfiguration') !== undefined) {
    requireOneOf(document, 'EmptyReferConfiguration', ['Allow', 'Deny'])
  }
}

/** A `ReplicationConfiguration` (document 436/19223). @throws CosServiceError `MalformedXML` */
export function checkReplication(document: XmlElement): void {
  requiredText(document, 'Role')
  const rules = elements(document, 'Rule', { min: 1 })
  checkUnique(
    rules.map((rule) => text(rule, 'ID')),
    'ID',
  )
  for (const rule of rules) {
    requireOneOf(rule, 'Status', ['Enabled', 'Disabled'])
    requiredText(requiredElement(rule, 'Destination'), 'Bucket')
  }
  const prefixes = rules.map((rule) => {
    const filter = element(rule, 'Filter')
    return text(rule, 'Prefix') ?? (filter && text(filter, 'Prefix')) ?? ''
  })
  for (const [i, prefix] of prefixes.entries()) {
    const others = prefixes.filter((_, at) => at !== i)
    if (others.some((other) => other.startsWith(prefix))) throw malformed('Prefixes overlap')
  }
}

const MAX_STRICT_RULES = 10
const MAX_ACTIONS = 200
const MAX_LISTED_NAMES = 20
/** Actions to which the mode does not apply. */
const WITHOUT_STRICT_SIGNATURE = new Set(['PostObject', 'GetService'])

/** A `StrictSignatureConfiguration` (document 436/53892). @throws CosServiceError `MalformedXML` */
export function checkStrictSignature(document: XmlElement): void {
  const rules = elements(document, 'Rule', { min: 1, max: MAX_STRICT_RULES })
  const ids = rules.map((rule) => requiredText(rule, 'ID'))
  checkUnique(ids, 'ID')
  if (!ids.every((id) => /^[A-Za-z0-9._-]{1,255}$/.test(id))) throw malformed('ID is not valid')
  for (const rule of rules) {
    const actions = listedTexts(rule, 'action', MAX_ACTIONS)
    if (actions.some((name) => WITHOUT_STRICT_SIGNATURE.has(name.replace(/^(name\/)?cos:/, '')))) {
      throw malformed('an action without this kind of signature')
    }
    listedTexts(rule, 'header', MAX_LISTED_NAMES)
    listedTexts(rule, 'param', MAX_LISTED_NAMES)
  }
}

/** The texts of a list in a rule of strict signatures: `header` in `headerlist`. */
export function listedTexts(rule: XmlElement, name: string, max?: number): string[] {
  const list = element(rule, `${name}list`)
  return list ? texts(list, name, max === undefined ? {} : { max }) : []
}

const ALGORITHMS = ['AES256', 'KMS', 'cos/kms', 'SM4']

/** A `ServerSideEncryptionConfiguration` (document 436/40136). @throws CosServiceError `MalformedXML` */
export function checkEncryption(document: XmlElement): void {
  requireOneOf(findDefaultEncryption(document), 'SSEAlgorithm', ALGORITHMS)
}

/** The default of the first rule. The SDKs send it under another name than the documents. */
export function findDefaultEncryption(document: XmlElement): XmlElement {
  const [rule] = elements(document, 'Rule', { min: 1 })
  const documented = rule && element(rule, 'ApplyServerSideEncryptionByDefault')
  return documented ?? requiredElement(rule ?? {}, 'ApplySideEncryptionConfiguration')
}
