import { asList, type XmlElement } from '@miniprogram-cos/protocol'
import { Fault } from './fault'

export type Tags = [key: string, value: string][]

/** Limits of tags (document 436/42995). */
const MAX_KEY_BYTES = 127
const MAX_VALUE_BYTES = 255
const MAX_OBJECT_TAGS = 10
const MAX_BUCKET_TAGS = 50

/** `k=v&k2=v2`, percent-encoded, as `x-cos-tagging` carries it. @throws Fault `InvalidTag` */
export function tagsOfHeader(text: string): Tags {
  const tags = [...new URLSearchParams(text)] as Tags
  return checkTags(tags, MAX_OBJECT_TAGS)
}

/** The tags of a `Tagging` document. @throws Fault `MalformedXML`, `InvalidTag` */
export function tagsOfDocument(
  document: Record<string, unknown>,
  target: 'bucket' | 'object',
): Tags {
  const set = document.TagSet as XmlElement | '' | undefined
  if (set === undefined) throw new Fault('MalformedXML')
  const tags = asList<Record<string, string>>(set === '' ? undefined : set.Tag).map(
    ({ Key, Value }): [string, string] => {
      if (typeof Key !== 'string' || typeof Value !== 'string') throw new Fault('MalformedXML')
      return [Key, Value]
    },
  )
  return checkTags(tags, target === 'object' ? MAX_OBJECT_TAGS : MAX_BUCKET_TAGS)
}

function checkTags(tags: Tags, limit: number): Tags {
  const isValid =
    tags.length <= limit &&
    new Set(tags.map(([key]) => key)).size === tags.length &&
    tags.every(
      ([key, value]) =>
        key !== '' &&
        Buffer.byteLength(key) <= MAX_KEY_BYTES &&
        Buffer.byteLength(value) <= MAX_VALUE_BYTES,
    )
  if (!isValid) throw new Fault('InvalidTag')
  return tags
}

export function taggingDocument(tags: Tags): object {
  return { Tagging: { TagSet: { Tag: tags.map(([Key, Value]) => ({ Key, Value })) } } }
}
