import {
  checkBoolean,
  type Element,
  element,
  oneOf,
  requiredElement,
  requiredText,
  text,
} from './element'

/** An `InventoryConfiguration` (document 436/33707). @throws Fault `MalformedXML` */
export function checkInventory(document: Element, isOnce: boolean): void {
  requiredText(document, 'Id')
  const destination = requiredElement(document, 'Destination')
  const bucket = requiredElement(destination, 'COSBucketDestination')
  requiredText(bucket, 'Bucket')
  oneOf(bucket, 'Format', ['CSV', 'ORC', 'Parquet'])
  if (text(document, 'IncludedObjectVersions') !== undefined) {
    oneOf(document, 'IncludedObjectVersions', ['All', 'Current'])
  }
  // A job that runs once has no schedule (POST Bucket inventory).
  if (isOnce) return
  checkBoolean(document, 'IsEnabled')
  const schedule = element(document, 'Schedule') ?? {}
  oneOf(schedule, 'Frequency', ['Daily', 'Weekly'])
}
