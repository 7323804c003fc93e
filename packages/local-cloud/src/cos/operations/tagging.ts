import { xmlAnswer } from '../answer/answer'
import { Fault } from '../answer/fault'
import { type Tags, taggingDocument, tagsOfDocument } from '../object/tags'
import { readXmlBody } from '../request/body'
import { versionIdOf } from '../request/request'
import type { ObjectRecord } from '../store/records'
import { bucketOf, type Handlers, type OperationContext } from './operation'

export const tagging: Handlers = {
  async putObjectTagging(context) {
    const tags = tagsOfDocument(await readXmlBody(context.request, 'Tagging'), 'object')
    await setTags(context, tags)
    return { status: 200 }
  },

  async getObjectTagging(context) {
    const { request, store } = context
    const { key } = request
    const object = await store.objects.find(bucketOf(context).name, key, versionIdOf(request))
    if (!object || object.isDeleteMarker) throw new Fault('NoSuchKey')
    if (!object.tags?.length) throw new Fault('NoSuchTagSet')
    return xmlAnswer(taggingDocument(object.tags))
  },

  async deleteObjectTagging(context) {
    await setTags(context, [])
    return { status: 204 }
  },
}

async function setTags(context: OperationContext, tags: Tags): Promise<void> {
  const { request, store } = context
  const { key } = request
  await store.objects.update(bucketOf(context), key, versionIdOf(request), (record) => {
    if (!record) throw new Fault('NoSuchKey')
    const { tags: _, ...rest } = record
    return (tags.length > 0 ? { ...rest, tags } : rest) as ObjectRecord
  })
}
