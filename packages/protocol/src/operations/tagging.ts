import { asList, type XmlElement } from '../xml/readXml'
import {
  deleteConfiguration,
  forgiveAbsence,
  getConfiguration,
  putConfiguration,
  xmlBody,
} from './configuration'
import {
  type BucketParams,
  type ObjectParams,
  operation,
  type RequestParts,
  type ResultMeta,
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

function taggingBody({ Tags, Tagging }: TaggingParams): RequestParts {
  const set = Tagging?.TagSet ?? Tagging?.Tags ?? Tags ?? []
  return xmlBody('Tagging', { TagSet: { Tag: 'Tag' in set ? set.Tag : set } })
}

function readTags(body: XmlElement): { Tags: Tag[] } {
  return { Tags: asList<Tag>((body.TagSet as XmlElement | undefined)?.Tag) }
}

/** No tags is no error. */
const ABSENT = { codes: ['NoSuchTagSet', 'NoSuchTagSetError'], result: { Tags: [] as Tag[] } }

export const putBucketTagging = putConfiguration<PutBucketTaggingParams>(
  'tagging',
  'PutBucketTagging',
  taggingBody,
)
export const getBucketTagging = getConfiguration<GetTaggingResult>(
  'tagging',
  'GetBucketTagging',
  'Tagging',
  readTags,
  ABSENT,
)
export const deleteBucketTagging = deleteConfiguration('tagging', 'DeleteBucketTagging')

export const putObjectTagging = operation<PutObjectTaggingParams>({
  method: 'PUT',
  target: 'object',
  subresource: 'tagging',
  access: [{ action: 'PutObjectTagging', on: 'object' }],
  idempotent: true,
  contentMd5: true,
  request: (params) => ({ ...taggingBody(params), query: { versionId: params.VersionId } }),
})

export const getObjectTagging = operation<ObjectVersionParams, { Tags: Tag[] }>({
  method: 'GET',
  target: 'object',
  subresource: 'tagging',
  access: [{ action: 'GetObjectTagging', on: 'object' }],
  idempotent: true,
  request: ({ VersionId }) => ({ query: { versionId: VersionId } }),
  result: (reply) => readTags(reply.xml('Tagging')),
  forgive: (failure) => forgiveAbsence(failure, ABSENT),
})

export const deleteObjectTagging = operation<ObjectVersionParams>({
  method: 'DELETE',
  target: 'object',
  subresource: 'tagging',
  access: [{ action: 'DeleteObjectTagging', on: 'object' }],
  idempotent: true,
  request: ({ VersionId }) => ({ query: { versionId: VersionId } }),
})
