import {
  checkBoolean,
  distinct,
  type Element,
  element,
  elements,
  integer,
  malformed,
  oneOf,
  text,
} from './element'

const MAX_RULES = 1000
const MAX_ID = 255
const MAX_DAYS = 3650
const CLASSES = [
  'STANDARD_IA',
  'MAZ_STANDARD_IA',
  'INTELLIGENT_TIERING',
  'MAZ_INTELLIGENT_TIERING',
  'ARCHIVE',
  'DEEP_ARCHIVE',
]

/** A `LifecycleConfiguration` (document 436/8280). @throws Fault `MalformedXML` */
export function checkLifecycle(document: Element): void {
  const rules = elements(document, 'Rule', { min: 1, max: MAX_RULES })
  const ids = rules.map((rule) => text(rule, 'ID'))
  distinct(ids, 'ID')
  if (ids.some((id) => (id ?? '').length > MAX_ID)) throw malformed('ID is too long')
  for (const rule of rules) checkRule(rule)
}

function checkRule(rule: Element): void {
  oneOf(rule, 'Status', ['Enabled', 'Disabled'])
  const filter = element(rule, 'Filter')
  if (filter) text(filter, 'Prefix')
  else if (text(rule, 'Prefix') === undefined) throw malformed('Filter is missing')
  for (const transition of elements(rule, 'Transition')) {
    checkWhen(transition, 'Days', 0)
    oneOf(transition, 'StorageClass', CLASSES)
  }
  const expiration = element(rule, 'Expiration')
  if (expiration) checkExpiration(expiration)
  for (const transition of elements(rule, 'NoncurrentVersionTransition')) {
    integer(transition, 'NoncurrentDays', 0)
    oneOf(transition, 'StorageClass', CLASSES)
  }
  const noncurrent = element(rule, 'NoncurrentVersionExpiration')
  if (noncurrent) integer(noncurrent, 'NoncurrentDays', 0)
  const abort = element(rule, 'AbortIncompleteMultipartUpload')
  if (abort) integer(abort, 'DaysAfterInitiation', 1)
}

function checkExpiration(expiration: Element): void {
  if (text(expiration, 'ExpiredObjectDeleteMarker') === undefined) {
    checkWhen(expiration, 'Days', 1)
    return
  }
  checkBoolean(expiration, 'ExpiredObjectDeleteMarker')
}

/** After so many days, or on a date: one of both. */
function checkWhen(action: Element, days: string, min: number): void {
  const date = text(action, 'Date')
  const count = integer(action, days, min, MAX_DAYS)
  if ((date === undefined) === (count === undefined))
    throw malformed(`${days} or Date, one of both`)
  if (date !== undefined && Number.isNaN(Date.parse(date))) throw malformed(`Date is "${date}"`)
}
