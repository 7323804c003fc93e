import { encodeKey, writeXml } from '@miniprogram-cos/protocol'
import { CosServiceError } from '../errors'
import { isRepresentable, withHeaders, xmlResponse, xmlTextResponse } from '../response'
import { versionOf } from '../store/objects'
import type { ObjectRecord } from '../store/records'
import { bucketOf, type Handlers, type OperationContext } from './operation'

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
export function commonPrefixOf(
  key: string,
  { prefix, delimiter }: ListOptions,
): string | undefined {
  if (delimiter === '') return undefined
  const at = key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

/** Compares keys in the order of COS's lists: by UTF-8 bytes. */
export function compareKeys(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'))
}

interface Page {
  contents: ObjectRecord[]
  commonPrefixes: string[]
  nextMarker?: string
}

export const getBucket: Handlers = {
  async getBucket(context) {
    const { query } = context.request
    const requested = readListOptions(query, 'max-keys')
    const marker = query.marker ?? ''
    const { contents, commonPrefixes, nextMarker } = await readPage(context, requested, marker)
    const names = [requested.prefix, marker, ...commonPrefixes, ...contents.map(({ key }) => key)]
    const options = encodingFor(requested, names)
    const { encode } = options
    const response = xmlResponse({
      ListBucketResult: {
        Name: bucketOf(context).name,
        EncodingType: options.encodingType,
        Prefix: encode(options.prefix),
        Marker: encode(marker),
        MaxKeys: options.limit,
        Delimiter: options.delimiter === '' ? undefined : encode(options.delimiter),
        IsTruncated: nextMarker !== undefined,
        NextMarker: nextMarker === undefined ? undefined : encode(nextMarker),
        CommonPrefixes: commonPrefixes.map((commonPrefix) => ({ Prefix: encode(commonPrefix) })),
        Contents: contents.map((object) => ({
          Key: encode(object.key),
          LastModified: object.lastModified,
          ETag: `"${object.etag}"`,
          Size: object.size,
          Owner: { ID: context.keys.appid, DisplayName: context.keys.appid },
          StorageClass: object.storageClass,
        })),
      },
    })
    return withHeaders(response, { 'x-cos-bucket-region': bucketOf(context).region })
  },
}

/** Scans until the page is full. One more entry means that there is another page. */
async function readPage(
  context: OperationContext,
  options: ListOptions,
  marker: string,
): Promise<Page> {
  const page: Page = { contents: [], commonPrefixes: [] }
  if (options.limit === 0) return page
  let last = ''
  await context.store.objects.scan(bucketOf(context).name, options.prefix, marker, (object) => {
    const commonPrefix = commonPrefixOf(object.key, options)
    // A marker that is a common prefix, or within one, comes after it.
    if (commonPrefix !== undefined && compareKeys(commonPrefix, marker) <= 0)
      return { skip: commonPrefix }
    if (page.contents.length + page.commonPrefixes.length === options.limit) {
      page.nextMarker = last
      return 'stop'
    }
    last = commonPrefix ?? object.key
    if (commonPrefix === undefined) {
      page.contents.push(object)
      return 'next'
    }
    page.commonPrefixes.push(commonPrefix)
    return { skip: commonPrefix }
  })
  return page
}

export const listObjectVersions: Handlers = {
  async listObjectVersions(context) {
    const { request, store, keys } = context
    const { query } = request
    const bucket = bucketOf(context)
    const requested = readListOptions(query, 'max-keys')
    const keyMarker = query['key-marker'] ?? ''
    const versionMarker = query['version-id-marker'] ?? ''
    if (versionMarker !== '' && keyMarker === '') {
      throw new CosServiceError(
        'InvalidArgument',
        'A version-id marker cannot be specified without a key marker.',
      )
    }
    const owner = { ID: keys.appid, DisplayName: keys.appid }
    const listed: { record: ObjectRecord; isLatest: boolean }[] = []
    const commonPrefixes: string[] = []
    let next: ObjectRecord | undefined
    let last: ObjectRecord | undefined
    let isPastMarker = keyMarker === ''
    for await (const { record, isLatest } of store.objects.versions(
      bucket.name,
      requested.prefix,
      keyMarker,
    )) {
      if (!isPastMarker) {
        const order = compareKeys(record.key, keyMarker)
        if (order < 0 || (order === 0 && versionMarker === '')) continue
        if (order === 0 && versionOf(record) !== versionMarker) continue
        isPastMarker = true
        if (order === 0) continue
      }
      const commonPrefix = commonPrefixOf(record.key, requested)
      if (
        commonPrefix !== undefined &&
        (commonPrefixes.includes(commonPrefix) || compareKeys(commonPrefix, keyMarker) <= 0)
      ) {
        continue
      }
      if (listed.length + commonPrefixes.length === requested.limit) {
        next = last
        break
      }
      last = record
      if (commonPrefix !== undefined) {
        commonPrefixes.push(commonPrefix)
        continue
      }
      listed.push({ record, isLatest })
    }
    const names = [
      requested.prefix,
      keyMarker,
      ...commonPrefixes,
      ...listed.map(({ record }) => record.key),
    ]
    const options = encodingFor(requested, names)
    const entries = listed.map(({ record, isLatest }) => {
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
      EncodingType: options.encodingType,
      Name: bucket.name,
      Prefix: options.encode(options.prefix),
      KeyMarker: options.encode(keyMarker),
      VersionIdMarker: versionMarker,
      MaxKeys: options.limit,
      IsTruncated: next !== undefined,
      NextKeyMarker: next && options.encode(next.key),
      NextVersionIdMarker: next && (bucket.versioning ? versionOf(next) : ''),
      Delimiter: options.delimiter === '' ? undefined : options.encode(options.delimiter),
      CommonPrefixes: commonPrefixes.map((commonPrefix) => ({
        Prefix: options.encode(commonPrefix),
      })),
    })
    // Versions and delete markers are in one list, ordered by key and newest first.
    return xmlTextResponse(`<ListVersionsResult>${head}${entries.join('')}</ListVersionsResult>`)
  },
}
