import { writeXml, type XmlElement } from '@miniprogram-cos/protocol'
import { CosServiceError } from '../errors'
import { element, elements, malformed } from '../xmlElements'

export type Tags = [key: string, value: string][]

/** Limits of tags, in characters (document 436/42995). */
const MAX_KEY_LENGTH = 127
const MAX_VALUE_LENGTH = 255
/** Letters and digits of any script, space, and some punctuation. */
const ALLOWED = /^[\p{L}\p{M}\p{N} +\-=._:/@]*$/u
const RESERVED = /^(qcs:|project)/i
const LIMITS = { object: 10, bucket: 50 }

/** Parses the header `x-cos-tagging`: `k=v&k2=v2`, percent-encoded. @throws CosServiceError `InvalidTag` */
export function tagsOfHeader(text: string, target: 'bucket' | 'object' = 'object'): Tags {
  if (/%(?![0-9a-f]{2})/i.test(text)) throw new CosServiceError('InvalidTag')
  return checkTags([...new URLSearchParams(text)], LIMITS[target])
}

/** Reads the tags of a `Tagging` document. @throws CosServiceError `MalformedXML`, `InvalidTag` */
export function tagsOfDocument(document: XmlElement, target: 'bucket' | 'object'): Tags {
  if (document.TagSet === undefined) throw malformed('TagSet is missing')
  const set = element(document, 'TagSet') ?? {}
  const tags = elements(set, 'Tag').map(({ Key, Value }): [string, string] => {
    if (typeof Key !== 'string' || typeof Value !== 'string') throw malformed('a tag is not text')
    return [Key, Value]
  })
  return checkTags(tags, LIMITS[target])
}

function checkTags(tags: Tags, limit: number): Tags {
  const isValid =
    tags.length <= limit &&
    new Set(tags.map(([key]) => key)).size === tags.length &&
    tags.every(
      ([key, value]) =>
        key !== '' &&
        !RESERVED.test(key) &&
        ALLOWED.test(key + value) &&
        [...key].length <= MAX_KEY_LENGTH &&
        [...value].length <= MAX_VALUE_LENGTH,
    )
  if (!isValid) throw new CosServiceError('InvalidTag')
  return tags
}

/** The XML of tags. */
export function taggingXml(tags: Tags): string {
  return writeXml(taggingDocument(tags))
}

export function taggingDocument(tags: Tags): object {
  return { Tagging: { TagSet: { Tag: tags.map(([Key, Value]) => ({ Key, Value })) } } }
}
