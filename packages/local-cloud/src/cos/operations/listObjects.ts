import { writeXml } from '@miniprogram-cos/protocol'
import { CosServiceError } from '../errors'
import { withHeaders, xmlResponse, xmlTextResponse } from '../response'
import { versionOf } from '../store/objects'
import type { ObjectRecord } from '../store/records'
import { compareKeys, ListPage, readListOptions } from './listPage'
import { bucketOf, type Handlers } from './operation'

export const getBucket: Handlers = {
  async getBucket(context) {
    const { request, store, keys } = context
    const { query } = request
    const bucket = bucketOf(context)
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
