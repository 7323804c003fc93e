import { encodeKey } from '@miniprogram-cos/protocol'
import { CosServiceError } from '../errors'
import { isRepresentable } from '../response'
import type { ScanStep } from '../store/database'

/** The parameters that all lists have. */
export interface ListOptions {
  prefix: string
  delimiter: string
  limit: number
  encode: (key: string) => string
  encodingType?: string
}

const MAX_ENTRIES = 1000

/** @throws CosServiceError `InvalidArgument`, `InvalidDelimiter` */
export function readListOptions(
  query: Record<string, string>,
  limitName: string,
  minLimit = 0,
): ListOptions {
  const encodingType = query['encoding-type'] || undefined
  if (encodingType !== undefined && encodingType !== 'url') {
    throw new CosServiceError('InvalidArgument', 'Invalid Encoding Method specified in Request')
  }
  const delimiter = query.delimiter ?? ''
  // One character can be several code units.
  if ([...delimiter].length > 1) throw new CosServiceError('InvalidDelimiter')
  return {
    prefix: query.prefix ?? '',
    delimiter,
    limit: readLimit(query[limitName], limitName, minLimit),
    encode: encodingType ? encodeKey : (key) => key,
    ...(encodingType ? { encodingType } : {}),
  }
}

/** The options, URL-encoded if the list has a name that XML cannot contain. */
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
    throw new CosServiceError('InvalidArgument', `The value of ${name} is not a valid number.`)
  }
  return Math.min(Number(text), MAX_ENTRIES)
}

/** The common prefix of a key: up to and including the first delimiter after the prefix. */
function commonPrefixOf(key: string, { prefix, delimiter }: ListOptions): string | undefined {
  if (delimiter === '') return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

/** Compares keys in the order of COS's lists: by UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'))
}

/** Collects one page of a list: entries and common prefixes, each of which counts as one. */
export class ListPage<Entry> {
  readonly entries: Entry[] = []
  readonly commonPrefixes: string[] = []
  /** Whether there is another page. */
  isTruncated = false
  /** The last key or common prefix of the page. */
  last = ''
  /** The last entry that is on the page or in one of its common prefixes. */
  lastEntry: Entry | undefined
  readonly #options: ListOptions
  readonly #marker: string

  /** @param marker the list begins after this key */
  constructor(options: ListOptions, marker: string) {
    this.#options = options
    this.#marker = marker
  }

  /** Adds an entry, in the order of the keys. @returns how the scan goes on */
  add(key: string, entry: Entry): ScanStep {
    const commonPrefix = commonPrefixOf(key, this.#options)
    const isKnown = commonPrefix !== undefined && commonPrefix === this.commonPrefixes.at(-1)
    // A marker that is a common prefix, or within one, comes after it.
    if (isKnown || (commonPrefix !== undefined && compareKeys(commonPrefix, this.#marker) <= 0)) {
      return { skip: commonPrefix }
    }
    const { limit } = this.#options
    if (this.entries.length + this.commonPrefixes.length === limit) {
      this.isTruncated = limit > 0
      return 'stop'
    }
    this.last = commonPrefix ?? key
    this.lastEntry = entry
    if (commonPrefix === undefined) {
      this.entries.push(entry)
      return 'next'
    }
    this.commonPrefixes.push(commonPrefix)
    return { skip: commonPrefix }
  }

  /**
   * The options of the answer, and the elements that all lists have.
   * @param keys of the entries, and the markers
   */
  describe(keys: string[]): { options: ListOptions; elements: object } {
    const { prefix, delimiter } = this.#options
    const options = encodingFor(this.#options, [prefix, ...this.commonPrefixes, ...keys])
    const { encode } = options
    return {
      options,
      elements: {
        EncodingType: options.encodingType,
        Prefix: encode(prefix),
        Delimiter: delimiter === '' ? undefined : encode(delimiter),
        CommonPrefixes: this.commonPrefixes.map((one) => ({ Prefix: encode(one) })),
      },
    }
  }
}
