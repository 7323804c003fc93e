import { encodeKey } from '@miniprogram-cos/protocol'
import { isRepresentable } from '../answer/answer'
import { Fault } from '../answer/fault'

/** How a list is cut into pages and folders. */
export interface ListOptions {
  prefix: string
  delimiter: string
  limit: number
  encode: (key: string) => string
  encodingType?: string
}

const MAX_ENTRIES = 1000

/** Reads the parameters that all lists share. @throws Fault `InvalidArgument`, `InvalidDelimiter` */
export function readListOptions(
  query: Record<string, string>,
  limitName: string,
  minLimit = 0,
): ListOptions {
  const encodingType = query['encoding-type'] || undefined
  if (encodingType !== undefined && encodingType !== 'url') {
    throw new Fault('InvalidArgument', 'Invalid Encoding Method specified in Request')
  }
  const delimiter = query.delimiter ?? ''
  // One character, which may be of several code units.
  if ([...delimiter].length > 1) throw new Fault('InvalidDelimiter')
  return {
    prefix: query.prefix ?? '',
    delimiter,
    limit: readLimit(query[limitName], limitName, minLimit),
    encode: encodingType ? encodeKey : (key) => key,
    ...(encodingType ? { encodingType } : {}),
  }
}

/** The same options, URL-encoding when the list has a name that XML cannot hold. */
export function encodingFor(options: ListOptions, names: Iterable<string>): ListOptions {
  if (options.encodingType) return options
  for (const name of names) {
    if (!isRepresentable(name)) return { ...options, encode: encodeKey, encodingType: 'url' }
  }
  return options
}

function readLimit(text: string | undefined, name: string, min: number): number {
  if (text === undefined || text === '') return MAX_ENTRIES
  if (!/^\d+$/.test(text) || Number(text) < min) {
    throw new Fault('InvalidArgument', `The value of ${name} is not a valid number.`)
  }
  return Math.min(Number(text), MAX_ENTRIES)
}

/** The folder a key is folded into: up to and with the first delimiter behind the prefix. */
export function commonPrefixOf(
  key: string,
  { prefix, delimiter }: ListOptions,
): string | undefined {
  if (delimiter === '') return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

/** UTF-8 byte order, in which COS lists. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'))
}
