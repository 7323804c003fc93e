import { writeXml } from '@miniprogram-cos/protocol'
import { xmlTextAnswer } from '../answer/answer'
import { Fault } from '../answer/fault'
import { versionOf } from '../store/objects'
import type { ObjectRecord } from '../store/records'
import { commonPrefixOf, compareKeys, encodingFor, readListOptions } from './listing'
import { bucketOf, type Handlers } from './operation'

export const versions: Handlers = {
  async listObjectVersions(context) {
    const { request, store, keys } = context
    const { query } = request
    const bucket = bucketOf(context)
    const asked = readListOptions(query, 'max-keys')
    const keyMarker = query['key-marker'] ?? ''
    const versionMarker = query['version-id-marker'] ?? ''
    if (versionMarker !== '' && keyMarker === '') {
      throw new Fault(
        'InvalidArgument',
        'A version-id marker cannot be specified without a key marker.',
      )
    }
    const owner = { ID: keys.appid, DisplayName: keys.appid }
    const found: { record: ObjectRecord; isLatest: boolean }[] = []
    const folders: string[] = []
    let next: ObjectRecord | undefined
    let last: ObjectRecord | undefined
    let passedMarker = keyMarker === ''
    for await (const { record, isLatest } of store.objects.versions(
      bucket.name,
      asked.prefix,
      keyMarker,
    )) {
      if (!passedMarker) {
        const order = compareKeys(record.key, keyMarker)
        if (order < 0 || (order === 0 && versionMarker === '')) continue
        if (order === 0 && versionOf(record) !== versionMarker) continue
        passedMarker = true
        if (order === 0) continue
      }
      const folder = commonPrefixOf(record.key, asked)
      if (
        folder !== undefined &&
        (folders.includes(folder) || compareKeys(folder, keyMarker) <= 0)
      ) {
        continue
      }
      if (found.length + folders.length === asked.limit) {
        next = last
        break
      }
      last = record
      if (folder !== undefined) {
        folders.push(folder)
        continue
      }
      found.push({ record, isLatest })
    }
    const names = [asked.prefix, keyMarker, ...folders, ...found.map(({ record }) => record.key)]
    const options = encodingFor(asked, names)
    const entries = found.map(({ record, isLatest }) => {
      const named = {
        Key: options.encode(record.key),
        // A bucket that has never had versioning names none.
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
          ? { DeleteMarker: { ...named, Owner: owner } }
          : { Version: { ...named, ...content, Owner: owner } },
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
      CommonPrefixes: folders.map((folder) => ({ Prefix: options.encode(folder) })),
    })
    // Versions and markers stand in one order: by key, newest first.
    return xmlTextAnswer(`<ListVersionsResult>${head}${entries.join('')}</ListVersionsResult>`)
  },
}
