import { asList, type XmlElement } from '../xml/readXml'
import { configuration, forgiveAbsence, xmlBody } from './configuration'
import {
  type BucketParams,
  type ObjectParams,
  objectOperation,
  type ResultMeta,
  versionRequest,
} from './operation'

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
  VersionId?: string
}

export interface GetTaggingResult extends ResultMeta {
  Tags: Tag[]
}

export interface ObjectVersionParams extends ObjectParams {
  VersionId?: string
}

function tagSet({ Tags, Tagging }: TaggingParams) {
  const set = Tagging?.TagSet ?? Tagging?.Tags ?? Tags ?? []
  return { TagSet: { Tag: 'Tag' in set ? set.Tag : set } }
}

function readTags(body: XmlElement): { Tags: Tag[] } {
  return { Tags: asList<Tag>((body.TagSet as XmlElement | undefined)?.Tag) }
}

/** No tags is no error. */
const ABSENCE = ['NoSuchTagSet', 'NoSuchTagSetError']

const tagging = configuration('Tagging', 'Tagging')
export const putBucketTagging = tagging.put<PutBucketTaggingParams>(tagSet)
export const getBucketTagging = tagging.get<GetTaggingResult>(readTags, ABSENCE)
export const deleteBucketTagging = tagging.remove()

const ONE_VERSION = { subresource: 'tagging', request: versionRequest }

export const putObjectTagging = objectOperation<PutObjectTaggingParams>('PUT', 'PutObjectTagging', {
  ...ONE_VERSION,
  contentMd5: true,
  request: (params) => ({ ...xmlBody('Tagging', tagSet(params)), ...versionRequest(params) }),
})

export const getObjectTagging = objectOperation<ObjectVersionParams, { Tags: Tag[] }>(
  'GET',
  'GetObjectTagging',
  {
    ...ONE_VERSION,
    result: (reply) => readTags(reply.xml('Tagging')),
    forgive: (failure) => forgiveAbsence(failure, ABSENCE, readTags({})),
  },
)

export const deleteObjectTagging = objectOperation<ObjectVersionParams>(
  'DELETE',
  'DeleteObjectTagging',
  ONE_VERSION,
)
