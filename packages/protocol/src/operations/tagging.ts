import { asList } from '../xmlElement'
import { type ConfigurationDetails, configuration } from './configuration'
import type { BucketParams, ObjectParams, ResultMeta } from './define'

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

/** In XML, tags are a `<TagSet>` of `<Tag>`; callers may pass that form too. */
const TAGGING: ConfigurationDetails = {
  _map: [
    ({ TagSet, Tags }) => {
      const set = TagSet || Tags || []
      return { TagSet: { Tag: set.Tag || set } }
    },
    ({ TagSet = {} }) => ({ Tags: asList(TagSet.Tag) }),
  ],
  _topLevel: true,
  _optional: true,
  root: 'Tagging',
}

export const [putBucketTagging, getBucketTagging, deleteBucketTagging] = configuration<
  PutBucketTaggingParams,
  GetTaggingResult
>('Tagging', TAGGING)

export const [putObjectTagging, getObjectTagging, deleteObjectTagging] = configuration<
  PutObjectTaggingParams,
  GetTaggingResult,
  ObjectVersionParams
>('Tagging', { ...TAGGING, target: 'Object', _common: { query: ['versionId'] } })
