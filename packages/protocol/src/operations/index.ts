import { getBucketAcl, getObjectAcl, putBucketAcl, putObjectAcl } from './acl'
import { deleteBucket, getBucketLocation, getService, headBucket, putBucket } from './bucket'
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
} from './bucketConfiguration'
import { putObjectCopy, uploadPartCopy } from './copy'
import type { AnyOperation } from './define'
import {
  deleteBucketInventory,
  getBucketInventory,
  listBucketInventory,
  postBucketInventory,
  putBucketInventory,
} from './inventory'
import { getBucket, listObjectVersions, multipartList } from './list'
import {
  multipartAbort,
  multipartComplete,
  multipartInit,
  multipartListPart,
  multipartUpload,
} from './multipart'
import {
  appendObject,
  deleteMultipleObject,
  deleteObject,
  getObject,
  optionsObject,
  restoreObject,
} from './object'
import {
  deleteBucketTagging,
  deleteObjectTagging,
  getBucketTagging,
  getObjectTagging,
  putBucketTagging,
  putObjectTagging,
} from './tagging'
import { headObject, postObject, putObject } from './upload'

/**
 * The COS operations. The client's methods, the local COS's router and the CAM actions of a key are derived
 * from this table. The docstrings of the client's methods are those of its fields.
 */
export const operations = {
  /** Lists the account's buckets. COS: GET Service (document 436/8291). */
  getService,
  /**
   * Creates a bucket. COS: PUT Bucket (document 436/7738).
   * @throws CosError `BucketAlreadyExists`, `BucketAlreadyOwnedByYou`, `TooManyBuckets`, `InvalidBucketName`
   */
  putBucket,
  /** Checks whether a bucket exists and is accessible. COS: HEAD Bucket (document 436/7735). */
  headBucket,
  /** Lists objects, at most 1000 a call. COS: GET Bucket (document 436/7734). */
  getBucket,
  /**
   * Deletes an empty bucket. COS: DELETE Bucket (document 436/7732).
   * @throws CosError `BucketNotEmpty`
   */
  deleteBucket,
  /**
   * Uploads an object in one request, at most 5 GB. COS: PUT Object (document 436/7749).
   * @throws CosError `FileAlreadyExists`, `BadDigest`, `EntityTooLarge`
   */
  putObject,
  /**
   * Uploads a local file as a form, with progress. COS: POST Object (document 436/14690).
   * @throws CosError `FileAlreadyExists`, `EntityTooLarge`
   */
  postObject,
  /**
   * Reads an object into memory. COS: GET Object (document 436/7753).
   * @throws CosError `NoSuchKey`, `NoSuchVersion`, `InvalidRange`, `PreconditionFailed`, `InvalidObjectState`
   */
  getObject,
  /** Reads an object's headers. COS: HEAD Object (document 436/7745). */
  headObject,
  /** Deletes an object. Not an error if it does not exist. COS: DELETE Object (document 436/7743). */
  deleteObject,
  /**
   * Deletes up to 1000 objects in one request. COS: DELETE Multiple Objects (document 436/8289).
   * @throws CosError `MalformedXML`
   */
  deleteMultipleObject,
  /**
   * Copies an object of up to 5 GB within COS. COS: PUT Object - Copy (document 436/10881).
   * @throws CosError `NoSuchKey`, `PreconditionFailed`, `EntityTooLarge`, `FileAlreadyExists`
   */
  putObjectCopy,
  /** Checks whether a cross-origin request would be allowed. COS: OPTIONS Object (document 436/8288). */
  optionsObject,
  /**
   * Starts a multipart upload. COS: Initiate Multipart Upload (document 436/7746).
   * @throws CosError `FileAlreadyExists`
   */
  multipartInit,
  /**
   * Uploads one part. COS: Upload Part (document 436/7750).
   * @throws CosError `NoSuchUpload`, `BadDigest`, `EntityTooLarge`
   */
  multipartUpload,
  /**
   * Uploads a part by copying a range of another object. COS: Upload Part - Copy (document 436/8287).
   * @throws CosError `NoSuchUpload`, `NoSuchKey`, `InvalidRange`, `PreconditionFailed`
   */
  uploadPartCopy,
  /**
   * Assembles the parts into the object. COS: Complete Multipart Upload (document 436/7742).
   * @throws CosError `NoSuchUpload`, `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`, `FileAlreadyExists`
   */
  multipartComplete,
  /** Lists uploads in progress. COS: List Multipart Uploads (document 436/7736). */
  multipartList,
  /**
   * Lists the uploaded parts. COS: List Parts (document 436/7747).
   * @throws CosError `NoSuchUpload`
   */
  multipartListPart,
  /**
   * Aborts an upload and deletes its parts. COS: Abort Multipart Upload (document 436/7740).
   * @throws CosError `NoSuchUpload`
   */
  multipartAbort,
  /** Sets the ACL of a bucket. COS: PUT Bucket acl (document 436/7737). */
  putBucketAcl,
  /** Reads the ACL of a bucket. COS: GET Bucket acl (document 436/7733). */
  getBucketAcl,
  /**
   * Sets the cross-origin rules. COS: PUT Bucket cors (document 436/8279).
   * @throws CosError `MalformedXML`
   */
  putBucketCors,
  /** Reads the cross-origin rules; an empty list if there are none. COS: GET Bucket cors (document 436/8274). */
  getBucketCors,
  /** Removes the cross-origin rules. COS: DELETE Bucket cors (document 436/8283). */
  deleteBucketCors,
  /** Reads the region of a bucket. COS: GET Bucket location (document 436/8275). */
  getBucketLocation,
  /**
   * Sets the bucket policy. COS: PUT Bucket policy (document 436/8282).
   * @throws CosError `MalformedPolicy`
   */
  putBucketPolicy,
  /**
   * Reads the bucket policy. COS: GET Bucket policy (document 436/8276).
   * @throws CosError `NoSuchBucketPolicy`
   */
  getBucketPolicy,
  /** Removes the bucket policy. COS: DELETE Bucket policy (document 436/8285). */
  deleteBucketPolicy,
  /**
   * Sets the tags of a bucket. COS: PUT Bucket tagging (document 436/34838).
   * @throws CosError `InvalidTag`
   */
  putBucketTagging,
  /** Reads the tags of a bucket; an empty list if there are none. COS: GET Bucket tagging (document 436/34837). */
  getBucketTagging,
  /** Removes the tags of a bucket. COS: DELETE Bucket tagging (document 436/34836). */
  deleteBucketTagging,
  /**
   * Sets the lifecycle rules. COS: PUT Bucket lifecycle (document 436/8280).
   * @throws CosError `MalformedXML`
   */
  putBucketLifecycle,
  /** Reads the lifecycle rules; an empty list if there are none. COS: GET Bucket lifecycle (document 436/8278). */
  getBucketLifecycle,
  /** Removes the lifecycle rules. COS: DELETE Bucket lifecycle (document 436/8284). */
  deleteBucketLifecycle,
  /**
   * Enables or suspends versioning. COS: PUT Bucket versioning (document 436/19889).
   * @throws CosError `InvalidBucketState`
   */
  putBucketVersioning,
  /** Reads whether versioning is enabled. COS: GET Bucket versioning (document 436/19888). */
  getBucketVersioning,
  /**
   * Sets the replication rules. COS: PUT Bucket replication (document 436/19223).
   * @throws CosError `BucketVersionNotOpen`, `MalformedXML`
   */
  putBucketReplication,
  /** Reads the replication rules. COS: GET Bucket replication (document 436/19222). */
  getBucketReplication,
  /** Removes the replication rules. COS: DELETE Bucket replication (document 436/19221). */
  deleteBucketReplication,
  /**
   * Sets up a static website. COS: PUT Bucket website (document 436/31930).
   * @throws CosError `MalformedXML`
   */
  putBucketWebsite,
  /** Reads the static website settings. COS: GET Bucket website (document 436/31929). */
  getBucketWebsite,
  /** Removes the static website settings. COS: DELETE Bucket website (document 436/31928). */
  deleteBucketWebsite,
  /**
   * Sets the hotlink protection. COS: PUT Bucket referer (document 436/32492).
   * @throws CosError `MalformedXML`
   */
  putBucketReferer,
  /** Reads the hotlink protection. COS: GET Bucket referer (document 436/32493). */
  getBucketReferer,
  /**
   * Binds custom domains. COS: PUT Bucket domain (document 436/36506).
   * @throws CosError `MalformedXML`
   */
  putBucketDomain,
  /**
   * Lists custom domains. COS: GET Bucket domain (document 436/36507).
   * @throws CosError `DomainConfigNotFoundError`
   */
  getBucketDomain,
  /** Unbinds custom domains. COS: DELETE Bucket domain (document 436/36508). */
  deleteBucketDomain,
  /**
   * Sets the back-to-origin rules. COS: PUT Bucket origin (document 436/30618).
   * @throws CosError `MalformedXML`
   */
  putBucketOrigin,
  /**
   * Reads the back-to-origin rules. COS: GET Bucket origin (document 436/30619).
   * @throws CosError `OriginConfigurationNotFoundError`
   */
  getBucketOrigin,
  /** Removes the back-to-origin rules. COS: DELETE Bucket origin (document 436/30620). */
  deleteBucketOrigin,
  /**
   * Enables or disables access logs. COS: PUT Bucket logging (document 436/17054).
   * @throws CosError `InvalidTargetBucketForLogging`
   */
  putBucketLogging,
  /** Reads the access log settings. COS: GET Bucket logging (document 436/17053). */
  getBucketLogging,
  /**
   * Sets an inventory job. COS: PUT Bucket inventory (document 436/33707).
   * @throws CosError `MalformedXML`
   */
  putBucketInventory,
  /**
   * Reads an inventory job. COS: GET Bucket inventory (document 436/33705).
   * @throws CosError `InventoryConfigurationNotFoundError`
   */
  getBucketInventory,
  /** Removes an inventory job. COS: DELETE Bucket inventory (document 436/33704). */
  deleteBucketInventory,
  /** Lists inventory jobs. COS: List Bucket Inventory (document 436/33706). */
  listBucketInventory,
  /**
   * Runs an inventory job immediately. COS: POST Bucket inventory (document 436/80242).
   * @throws CosError `MalformedXML`
   */
  postBucketInventory,
  /** Enables or suspends global acceleration. COS: PUT Bucket Accelerate (document 436/38869). */
  putBucketAccelerate,
  /** Reads whether global acceleration is enabled. COS: GET Bucket Accelerate (document 436/38868). */
  getBucketAccelerate,
  /** Sets intelligent tiering. COS: PUT Bucket IntelligentTiering. */
  putBucketIntelligentTiering,
  /** Reads intelligent tiering. COS: GET Bucket IntelligentTiering. */
  getBucketIntelligentTiering,
  /**
   * Sets the default encryption. COS: PUT Bucket encryption (document 436/40136).
   * @throws CosError `MalformedXML`
   */
  putBucketEncryption,
  /** Reads the default encryption. COS: GET Bucket encryption (document 436/40137). */
  getBucketEncryption,
  /** Removes the default encryption. COS: DELETE Bucket encryption (document 436/40138). */
  deleteBucketEncryption,
  /**
   * Sets which requests must be signed. COS: strict signature mode (document 436/53892).
   * @throws CosError `MalformedXML`
   */
  putBucketStrictSignature,
  /** Reads which requests must be signed. COS: strict signature mode (document 436/53892). */
  getBucketStrictSignature,
  /** Restores COS's default of which requests must be signed. COS: strict signature mode (document 436/53892). */
  deleteBucketStrictSignature,
  /** Lists objects with all their versions. COS: GET Bucket Object versions (document 436/35521). */
  listObjectVersions,
  /**
   * Sets the ACL of an object. COS: PUT Object acl (document 436/7748).
   * @throws CosError `NoSuchKey`
   */
  putObjectAcl,
  /**
   * Reads the ACL of an object. COS: GET Object acl (document 436/7744).
   * @throws CosError `NoSuchKey`
   */
  getObjectAcl,
  /**
   * Sets the tags of an object. COS: PUT Object tagging (document 436/42997).
   * @throws CosError `NoSuchKey`, `InvalidTag`
   */
  putObjectTagging,
  /**
   * Reads the tags of an object; an empty list if there are none. COS: GET Object tagging (document 436/42998).
   * @throws CosError `NoSuchKey`
   */
  getObjectTagging,
  /**
   * Removes the tags of an object. COS: DELETE Object tagging (document 436/42999).
   * @throws CosError `NoSuchKey`
   */
  deleteObjectTagging,
  /** Restores a readable copy of an archived object. COS: POST Object restore. */
  restoreObject,
  /**
   * Appends to an object. COS: APPEND Object (document 436/7741).
   * @throws CosError `AppendPositionErr`, `ObjectNotAppendable`, `InvalidBucketState`
   */
  appendObject,
} satisfies Record<string, AnyOperation>

export type Operations = typeof operations
export type OperationName = keyof Operations
