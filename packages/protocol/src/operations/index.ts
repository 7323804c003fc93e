import { appendObject } from './appendObject'
import { deleteBucket, headBucket, putBucket } from './bucket'
import { configurations } from './configurations'
import { deleteMultipleObject } from './deleteMultipleObject'
import { deleteObject } from './deleteObject'
import { getBucket } from './getBucket'
import { getObject } from './getObject'
import { headObject } from './headObject'
import { listBucketInventory } from './inventory'
import { listObjectVersions } from './listObjectVersions'
import { multipartAbort } from './multipartAbort'
import { multipartComplete } from './multipartComplete'
import { multipartInit } from './multipartInit'
import { multipartList } from './multipartList'
import { multipartListPart } from './multipartListPart'
import { multipartUpload } from './multipartUpload'
import type { Operations } from './operations'
import { optionsObject } from './optionsObject'
import { postObject } from './postObject'
import { putObject } from './putObject'
import { putObjectCopy } from './putObjectCopy'
import { restoreObject } from './restoreObject'
import { getService } from './service'
import { uploadPartCopy } from './uploadPartCopy'

/**
 * The table of COS operations: each exists once, here. The client's methods, the local COS's router
 * and the CAM actions of a key are all read from it.
 */
export const operations = {
  getService,
  putBucket,
  headBucket,
  getBucket,
  deleteBucket,
  putObject,
  postObject,
  getObject,
  headObject,
  deleteObject,
  deleteMultipleObject,
  putObjectCopy,
  optionsObject,
  multipartInit,
  multipartUpload,
  uploadPartCopy,
  multipartComplete,
  multipartList,
  multipartListPart,
  multipartAbort,
  listBucketInventory,
  listObjectVersions,
  restoreObject,
  appendObject,
  ...(configurations as object),
} satisfies Partial<Operations> as Operations
