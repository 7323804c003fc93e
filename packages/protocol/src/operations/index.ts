import { getBucketAcl, getObjectAcl, putBucketAcl, putObjectAcl } from './acl'
import { appendObject } from './appendObject'
import { deleteBucket, headBucket, putBucket } from './bucket'
import {
  deleteBucketCors,
  deleteBucketDomain,
  deleteBucketEncryption,
  deleteBucketLifecycle,
  deleteBucketOrigin,
  deleteBucketPolicy,
  deleteBucketReplication,
  deleteBucketStrictSignature,
  deleteBucketWebsite,
  getBucketAccelerate,
  getBucketCors,
  getBucketDomain,
  getBucketEncryption,
  getBucketIntelligentTiering,
  getBucketLifecycle,
  getBucketLocation,
  getBucketLogging,
  getBucketOrigin,
  getBucketPolicy,
  getBucketReferer,
  getBucketReplication,
  getBucketStrictSignature,
  getBucketVersioning,
  getBucketWebsite,
  putBucketAccelerate,
  putBucketCors,
  putBucketDomain,
  putBucketEncryption,
  putBucketIntelligentTiering,
  putBucketLifecycle,
  putBucketLogging,
  putBucketOrigin,
  putBucketPolicy,
  putBucketReferer,
  putBucketReplication,
  putBucketStrictSignature,
  putBucketVersioning,
  putBucketWebsite,
} from './bucketConfigurations'
import { deleteMultipleObject } from './deleteMultipleObject'
import { deleteObject } from './deleteObject'
import { getBucket } from './getBucket'
import { getObject } from './getObject'
import { headObject } from './headObject'
import {
  deleteBucketInventory,
  getBucketInventory,
  listBucketInventory,
  postBucketInventory,
  putBucketInventory,
} from './inventory'
import { listObjectVersions } from './listObjectVersions'
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
import { restoreObject } from './restoreObject'
import { getService } from './service'
import {
  deleteBucketTagging,
  deleteObjectTagging,
  getBucketTagging,
  getObjectTagging,
  putBucketTagging,
  putObjectTagging,
} from './tagging'
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
  /** Sets who may use a bucket. COS: PUT Bucket acl (document 436/7737). */
  putBucketAcl,
  /** Reads who may use a bucket. COS: GET Bucket acl (document 436/7733). */
  getBucketAcl,
  /** Sets the cross-origin rules. COS: PUT Bucket cors (document 436/8279). */
  putBucketCors,
  /** Reads the cross-origin rules; none is an empty list. COS: GET Bucket cors (document 436/8274). */
  getBucketCors,
  /** Removes the cross-origin rules. COS: DELETE Bucket cors (document 436/8283). */
  deleteBucketCors,
  /** Tells the region of a bucket. COS: GET Bucket location (document 436/8275). */
  getBucketLocation,
  /** Sets the bucket policy. COS: PUT Bucket policy (document 436/8282). */
  putBucketPolicy,
  /** Reads the bucket policy. COS: GET Bucket policy (document 436/8276). */
  getBucketPolicy,
  /** Removes the bucket policy. COS: DELETE Bucket policy (document 436/8285). */
  deleteBucketPolicy,
  /** Sets the tags of a bucket. COS: PUT Bucket tagging (document 436/34838). */
  putBucketTagging,
  /** Reads the tags of a bucket; none is an empty list. COS: GET Bucket tagging (document 436/34837). */
  getBucketTagging,
  /** Removes the tags of a bucket. COS: DELETE Bucket tagging (document 436/34836). */
  deleteBucketTagging,
  /** Sets the lifecycle rules. COS: PUT Bucket lifecycle (document 436/8280). */
  putBucketLifecycle,
  /** Reads the lifecycle rules; none is an empty list. COS: GET Bucket lifecycle (document 436/8278). */
  getBucketLifecycle,
  /** Removes the lifecycle rules. COS: DELETE Bucket lifecycle (document 436/8284). */
  deleteBucketLifecycle,
  /** Enables or suspends versioning. COS: PUT Bucket versioning (document 436/19889). */
  putBucketVersioning,
  /** Tells whether versioning is on. COS: GET Bucket versioning (document 436/19888). */
  getBucketVersioning,
  /** Sets the replication rules. COS: PUT Bucket replication (document 436/19223). */
  putBucketReplication,
  /** Reads the replication rules. COS: GET Bucket replication (document 436/19222). */
  getBucketReplication,
  /** Removes the replication rules. COS: DELETE Bucket replication (document 436/19221). */
  deleteBucketReplication,
  /** Sets up a static website. COS: PUT Bucket website (document 436/31930). */
  putBucketWebsite,
  /** Reads the static website settings. COS: GET Bucket website (document 436/31929). */
  getBucketWebsite,
  /** Removes the static website settings. COS: DELETE Bucket website (document 436/31928). */
  deleteBucketWebsite,
  /** Sets the hotlink protection. COS: PUT Bucket referer (document 436/32492). */
  putBucketReferer,
  /** Reads the hotlink protection. COS: GET Bucket referer (document 436/32493). */
  getBucketReferer,
  /** Binds custom domains. COS: PUT Bucket domain (document 436/36506). */
  putBucketDomain,
  /** Lists custom domains. COS: GET Bucket domain (document 436/36507). */
  getBucketDomain,
  /** Unbinds custom domains. COS: DELETE Bucket domain (document 436/36508). */
  deleteBucketDomain,
  /** Sets the back-to-origin rules. COS: PUT Bucket origin (document 436/30618). */
  putBucketOrigin,
  /** Reads the back-to-origin rules. COS: GET Bucket origin (document 436/30619). */
  getBucketOrigin,
  /** Removes the back-to-origin rules. COS: DELETE Bucket origin (document 436/30620). */
  deleteBucketOrigin,
  /** Switches access logs on or off. COS: PUT Bucket logging (document 436/17054). */
  putBucketLogging,
  /** Tells where access logs go. COS: GET Bucket logging (document 436/17053). */
  getBucketLogging,
  /** Sets an inventory job. COS: PUT Bucket inventory (document 436/33707). */
  putBucketInventory,
  /** Reads an inventory job. COS: GET Bucket inventory (document 436/33705). */
  getBucketInventory,
  /** Removes an inventory job. COS: DELETE Bucket inventory (document 436/33704). */
  deleteBucketInventory,
  /** Lists inventory jobs. COS: List Bucket Inventory (document 436/33706). */
  listBucketInventory,
  /** Runs an inventory job at once. COS: POST Bucket inventory (document 436/80242). */
  postBucketInventory,
  /** Switches global acceleration. COS: PUT Bucket Accelerate (document 436/38869). */
  putBucketAccelerate,
  /** Tells whether global acceleration is on. COS: GET Bucket Accelerate (document 436/38868). */
  getBucketAccelerate,
  /** Sets intelligent tiering. COS: PUT Bucket IntelligentTiering. */
  putBucketIntelligentTiering,
  /** Reads intelligent tiering. COS: GET Bucket IntelligentTiering. */
  getBucketIntelligentTiering,
  /** Sets the default encryption. COS: PUT Bucket encryption (document 436/40136). */
  putBucketEncryption,
  /** Reads the default encryption. COS: GET Bucket encryption (document 436/40137). */
  getBucketEncryption,
  /** Removes the default encryption. COS: DELETE Bucket encryption (document 436/40138). */
  deleteBucketEncryption,
  /** Sets what must be signed. COS: strict signature mode (document 436/53892). */
  putBucketStrictSignature,
  /** Reads what must be signed. COS: strict signature mode (document 436/53892). */
  getBucketStrictSignature,
  /** Back to COS's own choice of what must be signed. COS: strict signature mode (document 436/53892). */
  deleteBucketStrictSignature,
  /** Lists objects with all their versions. COS: GET Bucket Object versions (document 436/35521). */
  listObjectVersions,
  /** Sets who may use an object. COS: PUT Object acl (document 436/7748). */
  putObjectAcl,
  /** Reads who may use an object. COS: GET Object acl (document 436/7744). */
  getObjectAcl,
  /** Sets the tags of an object. COS: PUT Object tagging (document 436/42997). */
  putObjectTagging,
  /** Reads the tags of an object; none is an empty list. COS: GET Object tagging (document 436/42998). */
  getObjectTagging,
  /** Removes the tags of an object. COS: DELETE Object tagging (document 436/42999). */
  deleteObjectTagging,
  /** Makes a readable copy of an archived object. COS: POST Object restore. */
  restoreObject,
  /** Appends to an object. COS: APPEND Object (document 436/7741). */
  appendObject,
}

export type Operations = typeof operations
export type OperationName = keyof Operations
