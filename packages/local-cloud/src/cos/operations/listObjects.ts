import { encodeKey, writeXml } from '@miniprogram-cos/protocol'
import { CosServiceError, invalidArgument } from '../errors'
import { isRepresentable, withHeaders, xmlResponse, xmlTextResponse } from '../response'
import type { ScanStep } from '../store/database'
import { versionOf } from '../store/objects'
import type { ObjectRecord } from '../store/records'
import { type Handlers, requireBucket } from './operation'

/** Operations that list the objects and versions of a bucket. */
export const listObjects: Handlers = {
  async getBucket(context) {
    const { request, store, keys } = context
    const { query } = request
    const bucket = requireBucket(context)
    const marker = query.marker ?? ''
    const requested = readListOptions(query, 'max-keys')
    const page = new ListPage<ObjectRecord>(requested, marker)
    await store.objects.scan(bucket.name, requested.prefix, marker, (object) =>
      page.add(object.key, object),
    )
    const { options, elements } = page.describe([marker, ...page.entries.map(({ key }) => key)])
    const { encode } = options
    const response = xmlResponse({
      ListBucketResult: {
        Name: bucket.name,
        Marker: encode(marker),
        MaxKeys: options.limit,
        ...elements,
        IsTruncated: page.isTruncated,
        NextMarker: page.isTruncated ? encode(page.last) : undefined,
        Contents: page.entries.map((object) => ({
          Key: encode(object.key),
          LastModified: object.lastModified,
          ETag: `"${object.etag}"`,
          Size: object.size,
          Owner: { ID: keys.appid, DisplayName: keys.appid },
          StorageClass: object.storageClass,
        })),
      },
    })
    return withHeaders(response, { 'x-cos-bucket-region': bucket.region })
  },

  async listObjectVersions(context) {
    const { request, store, keys } = context
    const { query } = request
    const bucket = requireBucket(context)
    const requested = readListOptions(query, 'max-keys')
    const keyMarker = query['key-marker'] ?? ''
    const versionMarker = query['version-id-marker'] ?? ''
    if (versionMarker !== '' && keyMarker === '') {
      throw invalidArgument('A version-id marker cannot be specified without a key marker.')
    }
    const owner = { ID: keys.appid, DisplayName: keys.appid }
    const page = new ListPage<{ record: ObjectRecord; isLatest: boolean }>(requested, keyMarker)
    let isPastMarker = keyMarker === ''
    for await (const version of store.objects.versions(bucket.name, requested.prefix, keyMarker)) {
      const { record } = version
      if (!isPastMarker) {
        const order = compareKeys(record.key, keyMarker)
        if (order < 0 || (order === 0 && versionMarker === '')) continue
        if (order === 0 && versionOf(record) !== versionMarker) continue
        isPastMarker = true
        if (order === 0) continue
      }
      if (page.add(record.key, version) === 'stop') break
    }
    const next = page.isTruncated ? page.lastEntry?.record : undefined
    const keysOfPage = page.entries.map(({ record }) => record.key)
    const { options, elements } = page.describe([keyMarker, ...keysOfPage])
    const entries = page.entries.map(({ record, isLatest }) => {
      const common = {
        Key: options.encode(record.key),
        // Empty in a bucket that has never had versioning.
        VersionId: bucket.versioning ? versionOf(record) : '',
        IsLatest: isLatest,
        LastModified: record.lastModified,
      }
      const content = {
        ETag: `"${record.etag}"`,
        Size: record.size,
        StorageClass: record.storageClass,
      }
      return writeXml(
        record.isDeleteMarker
          ? { DeleteMarker: { ...common, Owner: owner } }
          : { Version: { ...common, ...content, Owner: owner } },
      )
    })
    const head = writeXml({
      ...elements,
      Name: bucket.name,
      KeyMarker: options.encode(keyMarker),
      VersionIdMarker: versionMarker,
      MaxKeys: options.limit,
      IsTruncated: page.isTruncated,
      NextKeyMarker: next && options.encode(next.key),
      NextVersionIdMarker: next && (bucket.versioning ? versionOf(next) : ''),
    })
    // Versions and delete markers are in one list, ordered by key and newest first.
    return xmlTextResponse(`<ListVersionsResult>${head}${entries.join('')}</ListVersionsResult>`)
  },
}

/** The parameters that all lists have. */
interface ListOptions {
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
    throw invalidArgument('Invalid Encoding Method specified in Request')
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
    throw invalidArgument(`The value of ${name} is not a valid number.`)
  }
  return Math.min(Number(text), MAX_ENTRIES)
}

/** The common prefix of a key: up to and including the first delimiter after the prefix. */
function findCommonPrefix(key: string, { prefix, delimiter }: ListOptions): string | undefined {
  if (delimiter === '') return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

/** Compares keys in the order of COS's lists: by UTF-8 bytes. */
function compareKeys(a: string, b: string): number {
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
    const commonPrefix = findCommonPrefix(key, this.#options)
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
        CommonPrefixes: this.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
      },
    }
  }
}
