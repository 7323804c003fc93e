import { asList } from '../xml/readXml'
import type { Form } from './form'
import type { BucketParams, ObjectParams, ResultMeta } from './operation'

export interface Tag {
  Key: string
  Value: string
}

export interface TaggingParams {
  /** At most 50 on a bucket, 10 on an object. */
  Tags?: Tag[]
  Tagging?: { TagSet?: Tag[] | { Tag: Tag[] }; Tags?: Tag[] }
}

export interface PutBucketTaggingParams extends BucketParams, TaggingParams {}
export interface PutObjectTaggingParams extends ObjectParams, TaggingParams {
  /** A version of the object. @default the latest */
  VersionId?: string
}

export interface GetTaggingResult extends ResultMeta {
  Tags: Tag[]
}

export interface ObjectVersionParams extends ObjectParams {
  /** A version of the object. @default the latest */
  VersionId?: string
}

/** Tags are `<TagSet>` of `<Tag>`; callers may have them so too. */
export const TAGS: Form = [
  ({ TagSet, Tags }) => {
    const set = TagSet || Tags || []
    return { TagSet: { Tag: set.Tag || set } }
  },
  ({ TagSet }) => ({ Tags: asList(TagSet?.Tag) }),
  true,
]
