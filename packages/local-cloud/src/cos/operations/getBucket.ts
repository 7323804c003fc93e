import { xmlAnswer } from '../answer/answer'
import type { ObjectRecord } from '../store/records'
import {
  commonPrefixOf,
  compareKeys,
  encodingFor,
  type ListOptions,
  readListOptions,
} from './listing'
import { bucketOf, type Handlers, type OperationContext } from './operation'

interface Page {
  contents: ObjectRecord[]
  folders: string[]
  nextMarker?: string
}

export const getBucket: Handlers = {
  async getBucket(context) {
    const { query } = context.request
    const asked = readListOptions(query, 'max-keys')
    const marker = query.marker ?? ''
    const { contents, folders, nextMarker } = await readPage(context, asked, marker)
    const names = [asked.prefix, marker, ...folders, ...contents.map(({ key }) => key)]
    const options = encodingFor(asked, names)
    const { encode } = options
    const answer = xmlAnswer({
      ListBucketResult: {
        Name: bucketOf(context).name,
        EncodingType: options.encodingType,
        Prefix: encode(options.prefix),
        Marker: encode(marker),
        MaxKeys: options.limit,
        Delimiter: options.delimiter === '' ? undefined : encode(options.delimiter),
        IsTruncated: nextMarker !== undefined,
        NextMarker: nextMarker === undefined ? undefined : encode(nextMarker),
        CommonPrefixes: folders.map((folder) => ({ Prefix: encode(folder) })),
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
    const region = { 'x-cos-bucket-region': bucketOf(context).region }
    return { ...answer, headers: { ...answer.headers, ...region } }
  },
}

/** Walks until the page is full; one entry more tells whether there is another. */
async function readPage(
  context: OperationContext,
  options: ListOptions,
  marker: string,
): Promise<Page> {
  const page: Page = { contents: [], folders: [] }
  if (options.limit === 0) return page
  let last = ''
  await context.store.objects.walk(bucketOf(context).name, options.prefix, marker, (object) => {
    const folder = commonPrefixOf(object.key, options)
    // A marker that is a folder, or inside one, has that folder behind it.
    if (folder !== undefined && compareKeys(folder, marker) <= 0) return { skip: folder }
    if (page.contents.length + page.folders.length === options.limit) {
      page.nextMarker = last
      return 'stop'
    }
    last = folder ?? object.key
    if (folder === undefined) {
      page.contents.push(object)
      return 'next'
    }
    page.folders.push(folder)
    return { skip: folder }
  })
  return page
}
