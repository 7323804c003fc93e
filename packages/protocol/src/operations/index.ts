import { deleteBucket, headBucket, putBucket } from './bucket'
import { deleteMultipleObject } from './deleteMultipleObject'
import { deleteObject } from './deleteObject'
import { getBucket } from './getBucket'
import { getObject } from './getObject'
import { headObject } from './headObject'
import { multipartAbort } from './multipartAbort'
import { multipartComplete } from './multipartComplete'
import { multipartInit } from './multipartInit'
import { multipartList } from './multipartList'
import { multipartListPart } from './multipartListPart'
import { multipartUpload } from './multipartUpload'
import { optionsObject } from './optionsObject'
import { postObject } from './postObject'
import { putObject } from './putObject'
import { putObjectCopy } from './putObjectCopy'
import { getService } from './service'
import { uploadPartCopy } from './uploadPartCopy'

/**
 * The table of COS operations: each exists once, here. The client's methods, the local COS's router
 * and the CAM actions of a key are all read from it.
 */
export const operations = {
  /** Lists the account's buckets. COS: GET Service (document 436/8291). */
  getService,
  /** Creates a bucket. COS: PUT Bucket (document 436/7738). */
  putBucket,
  /** Tells whether a bucket exists and may be used. COS: HEAD Bucket (document 436/7735). */
  headBucket,
  /** Lists objects, at most 1000 a call. COS: GET Bucket (document 436/7734). */
  getBucket,
  /** Deletes an empty bucket. COS: DELETE Bucket (document 436/7732). */
  deleteBucket,
  /** Uploads an object in one request, at most 5 GB. COS: PUT Object (document 436/7749). */
  putObject,
  /** Uploads a local file as a form, with progress. COS: POST Object (document 436/14690). */
  postObject,
  /** Reads an object into memory. COS: GET Object (document 436/7753). */
  getObject,
  /** Reads an object's headers. COS: HEAD Object (document 436/7745). */
  headObject,
  /** Deletes an object; one that does not exist is no error. COS: DELETE Object (document 436/7743). */
  deleteObject,
  /** Deletes up to 1000 objects in one request. COS: DELETE Multiple Objects (document 436/8289). */
  deleteMultipleObject,
  /** Copies an object of up to 5 GB within COS. COS: PUT Object - Copy (document 436/10881). */
  putObjectCopy,
  /** Asks whether a cross-origin request would be allowed. COS: OPTIONS Object (document 436/8288). */
  optionsObject,
  /** Begins a multipart upload. COS: Initiate Multipart Upload (document 436/7746). */
  multipartInit,
  /** Uploads one part. COS: Upload Part (document 436/7750). */
  multipartUpload,
  /** Makes a part from a range of another object. COS: Upload Part - Copy (document 436/8287). */
  uploadPartCopy,
  /** Puts the parts together. COS: Complete Multipart Upload (document 436/7742). */
  multipartComplete,
  /** Lists uploads in progress. COS: List Multipart Uploads (document 436/7736). */
  multipartList,
  /** Lists the parts that have arrived. COS: List Parts (document 436/7747). */
  multipartListPart,
  /** Gives an upload up and frees its parts. COS: Abort Multipart Upload (document 436/7740). */
  multipartAbort,
}

export type Operations = typeof operations
export type OperationName = keyof Operations
