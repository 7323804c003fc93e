import type {
  GetAclResult,
  GetObjectAclParams,
  PutBucketAclParams,
  PutObjectAclParams,
} from './acl'
import type { AppendObjectParams } from './appendObject'
import type { PutBucketParams, PutBucketResult } from './bucket'
import type {
  Document,
  GetBucketCorsResult,
  GetBucketIntelligentTieringResult,
  PutBucketAccelerateParams,
  PutBucketCorsParams,
  PutBucketDomainParams,
  PutBucketEncryptionParams,
  PutBucketIntelligentTieringParams,
  PutBucketLifecycleParams,
  PutBucketLoggingParams,
  PutBucketOriginParams,
  PutBucketPolicyParams,
  PutBucketRefererParams,
  PutBucketReplicationParams,
  PutBucketStrictSignatureParams,
  PutBucketVersioningParams,
  PutBucketWebsiteParams,
  RulesResult,
} from './bucketConfigurations'
import type { DeleteMultipleObjectParams, DeleteMultipleObjectResult } from './deleteMultipleObject'
import type { DeleteObjectParams, DeleteObjectResult } from './deleteObject'
import type { GetBucketParams, GetBucketResult } from './getBucket'
import type { GetObjectParams, GetObjectResult } from './getObject'
import type { HeadObjectParams, HeadObjectResult } from './headObject'
import type {
  GetBucketInventoryResult,
  InventoryParams,
  ListBucketInventoryParams,
  ListBucketInventoryResult,
  PutBucketInventoryParams,
} from './inventory'
import type { ListObjectVersionsParams, ListObjectVersionsResult } from './listObjectVersions'
import type { MultipartAbortParams } from './multipartAbort'
import type { MultipartCompleteParams, MultipartCompleteResult } from './multipartComplete'
import type { MultipartInitParams, MultipartInitResult } from './multipartInit'
import type { MultipartListParams, MultipartListResult } from './multipartList'
import type { MultipartListPartParams, MultipartListPartResult } from './multipartListPart'
import type { MultipartUploadParams, MultipartUploadResult } from './multipartUpload'
import type { BucketParams, Operation, ResultMeta } from './operation'
import type { OptionsObjectParams, OptionsObjectResult } from './optionsObject'
import type { PostObjectParams, PostObjectResult } from './postObject'
import type { PutObjectParams, PutObjectResult } from './putObject'
import type { PutObjectCopyParams, PutObjectCopyResult } from './putObjectCopy'
import type { RestoreObjectParams } from './restoreObject'
import type { GetServiceParams, GetServiceResult } from './service'
import type {
  GetTaggingResult,
  ObjectVersionParams,
  PutBucketTaggingParams,
  PutObjectTaggingParams,
} from './tagging'
import type { UploadPartCopyParams, UploadPartCopyResult } from './uploadPartCopy'

/** The operations of COS: the params and the result of each. */
export interface Operations {
  /** Lists the account's buckets. COS: GET Service (document 436/8291). */
  getService: Operation<GetServiceParams, GetServiceResult>
  /**
   * Creates a bucket. COS: PUT Bucket (document 436/7738).
   * @throws CosError `BucketAlreadyExists`, `BucketAlreadyOwnedByYou`, `TooManyBuckets`, `InvalidBucketName`
   */
  putBucket: Operation<PutBucketParams, PutBucketResult>
  /** Tells whether a bucket exists and may be used. COS: HEAD Bucket (document 436/7735). */
  headBucket: Operation<BucketParams>
  /** Lists objects, at most 1000 a call. COS: GET Bucket (document 436/7734). */
  getBucket: Operation<GetBucketParams, GetBucketResult>
  /**
   * Deletes an empty bucket. COS: DELETE Bucket (document 436/7732).
   * @throws CosError `BucketNotEmpty`
   */
  deleteBucket: Operation<BucketParams>
  /**
   * Uploads an object in one request, at most 5 GB. COS: PUT Object (document 436/7749).
   * @throws CosError `FileAlreadyExists`, `BadDigest`, `EntityTooLarge`
   */
  putObject: Operation<PutObjectParams, PutObjectResult>
  /**
   * Uploads a local file as a form, with progress. COS: POST Object (document 436/14690).
   * @throws CosError `FileAlreadyExists`, `EntityTooLarge`
   */
  postObject: Operation<PostObjectParams, PostObjectResult>
  /**
   * Reads an object into memory. COS: GET Object (document 436/7753).
   * @throws CosError `NoSuchKey`, `NoSuchVersion`, `InvalidRange`, `PreconditionFailed`, `InvalidObjectState`
   */
  getObject: Operation<GetObjectParams, GetObjectResult>
  /** Reads an object's headers. COS: HEAD Object (document 436/7745). */
  headObject: Operation<HeadObjectParams, HeadObjectResult>
  /** Deletes an object; one that does not exist is no error. COS: DELETE Object (document 436/7743). */
  deleteObject: Operation<DeleteObjectParams, DeleteObjectResult>
  /**
   * Deletes up to 1000 objects in one request. COS: DELETE Multiple Objects (document 436/8289).
   * @throws CosError `MalformedXML`
   */
  deleteMultipleObject: Operation<DeleteMultipleObjectParams, DeleteMultipleObjectResult>
  /**
   * Copies an object of up to 5 GB within COS. COS: PUT Object - Copy (document 436/10881).
   * @throws CosError `NoSuchKey`, `PreconditionFailed`, `EntityTooLarge`, `FileAlreadyExists`
   */
  putObjectCopy: Operation<PutObjectCopyParams, PutObjectCopyResult>
  /** Asks whether a cross-origin request would be allowed. COS: OPTIONS Object (document 436/8288). */
  optionsObject: Operation<OptionsObjectParams, OptionsObjectResult>
  /**
   * Begins a multipart upload. COS: Initiate Multipart Upload (document 436/7746).
   * @throws CosError `FileAlreadyExists`
   */
  multipartInit: Operation<MultipartInitParams, MultipartInitResult>
  /**
   * Uploads one part. COS: Upload Part (document 436/7750).
   * @throws CosError `NoSuchUpload`, `BadDigest`, `EntityTooLarge`
   */
  multipartUpload: Operation<MultipartUploadParams, MultipartUploadResult>
  /**
   * Makes a part from a range of another object. COS: Upload Part - Copy (document 436/8287).
   * @throws CosError `NoSuchUpload`, `NoSuchKey`, `InvalidRange`, `PreconditionFailed`
   */
  uploadPartCopy: Operation<UploadPartCopyParams, UploadPartCopyResult>
  /**
   * Puts the parts together. COS: Complete Multipart Upload (document 436/7742).
   * @throws CosError `NoSuchUpload`, `InvalidPart`, `InvalidPartOrder`, `EntityTooSmall`, `FileAlreadyExists`
   */
  multipartComplete: Operation<MultipartCompleteParams, MultipartCompleteResult>
  /** Lists uploads in progress. COS: List Multipart Uploads (document 436/7736). */
  multipartList: Operation<MultipartListParams, MultipartListResult>
  /**
   * Lists the parts that have arrived. COS: List Parts (document 436/7747).
   * @throws CosError `NoSuchUpload`
   */
  multipartListPart: Operation<MultipartListPartParams, MultipartListPartResult>
  /**
   * Gives an upload up and frees its parts. COS: Abort Multipart Upload (document 436/7740).
   * @throws CosError `NoSuchUpload`
   */
  multipartAbort: Operation<MultipartAbortParams>
  /** Sets who may use a bucket. COS: PUT Bucket acl (document 436/7737). */
  putBucketAcl: Operation<PutBucketAclParams>
  /** Reads who may use a bucket. COS: GET Bucket acl (document 436/7733). */
  getBucketAcl: Operation<BucketParams, GetAclResult>
  /**
   * Sets the cross-origin rules. COS: PUT Bucket cors (document 436/8279).
   * @throws CosError `MalformedXML`
   */
  putBucketCors: Operation<PutBucketCorsParams>
  /** Reads the cross-origin rules; none is an empty list. COS: GET Bucket cors (document 436/8274). */
  getBucketCors: Operation<BucketParams, GetBucketCorsResult>
  /** Removes the cross-origin rules. COS: DELETE Bucket cors (document 436/8283). */
  deleteBucketCors: Operation<BucketParams>
  /** Tells the region of a bucket. COS: GET Bucket location (document 436/8275). */
  getBucketLocation: Operation<BucketParams, ResultMeta & { LocationConstraint?: string }>
  /**
   * Sets the bucket policy. COS: PUT Bucket policy (document 436/8282).
   * @throws CosError `MalformedPolicy`
   */
  putBucketPolicy: Operation<PutBucketPolicyParams>
  /**
   * Reads the bucket policy. COS: GET Bucket policy (document 436/8276).
   * @throws CosError `NoSuchBucketPolicy`
   */
  getBucketPolicy: Operation<BucketParams, ResultMeta & { Policy: Document }>
  /** Removes the bucket policy. COS: DELETE Bucket policy (document 436/8285). */
  deleteBucketPolicy: Operation<BucketParams>
  /**
   * Sets the tags of a bucket. COS: PUT Bucket tagging (document 436/34838).
   * @throws CosError `InvalidTag`
   */
  putBucketTagging: Operation<PutBucketTaggingParams>
  /** Reads the tags of a bucket; none is an empty list. COS: GET Bucket tagging (document 436/34837). */
  getBucketTagging: Operation<BucketParams, GetTaggingResult>
  /** Removes the tags of a bucket. COS: DELETE Bucket tagging (document 436/34836). */
  deleteBucketTagging: Operation<BucketParams>
  /**
   * Sets the lifecycle rules. COS: PUT Bucket lifecycle (document 436/8280).
   * @throws CosError `MalformedXML`
   */
  putBucketLifecycle: Operation<PutBucketLifecycleParams>
  /** Reads the lifecycle rules; none is an empty list. COS: GET Bucket lifecycle (document 436/8278). */
  getBucketLifecycle: Operation<BucketParams, RulesResult>
  /** Removes the lifecycle rules. COS: DELETE Bucket lifecycle (document 436/8284). */
  deleteBucketLifecycle: Operation<BucketParams>
  /**
   * Enables or suspends versioning. COS: PUT Bucket versioning (document 436/19889).
   * @throws CosError `InvalidBucketState`
   */
  putBucketVersioning: Operation<PutBucketVersioningParams>
  /** Tells whether versioning is on. COS: GET Bucket versioning (document 436/19888). */
  getBucketVersioning: Operation<
    BucketParams,
    ResultMeta & { VersioningConfiguration: { Status?: string } }
  >
  /**
   * Sets the replication rules. COS: PUT Bucket replication (document 436/19223).
   * @throws CosError `BucketVersionNotOpen`, `MalformedXML`
   */
  putBucketReplication: Operation<PutBucketReplicationParams>
  /** Reads the replication rules. COS: GET Bucket replication (document 436/19222). */
  getBucketReplication: Operation<
    BucketParams,
    ResultMeta & { ReplicationConfiguration: { Role?: string; Rules: Document[] } }
  >
  /** Removes the replication rules. COS: DELETE Bucket replication (document 436/19221). */
  deleteBucketReplication: Operation<BucketParams>
  /**
   * Sets up a static website. COS: PUT Bucket website (document 436/31930).
   * @throws CosError `MalformedXML`
   */
  putBucketWebsite: Operation<PutBucketWebsiteParams>
  /** Reads the static website settings. COS: GET Bucket website (document 436/31929). */
  getBucketWebsite: Operation<BucketParams, ResultMeta & { WebsiteConfiguration: Document }>
  /** Removes the static website settings. COS: DELETE Bucket website (document 436/31928). */
  deleteBucketWebsite: Operation<BucketParams>
  /**
   * Sets the hotlink protection. COS: PUT Bucket referer (document 436/32492).
   * @throws CosError `MalformedXML`
   */
  putBucketReferer: Operation<PutBucketRefererParams>
  /** Reads the hotlink protection. COS: GET Bucket referer (document 436/32493). */
  getBucketReferer: Operation<BucketParams, ResultMeta & { RefererConfiguration: Document }>
  /**
   * Binds custom domains. COS: PUT Bucket domain (document 436/36506).
   * @throws CosError `MalformedXML`
   */
  putBucketDomain: Operation<PutBucketDomainParams>
  /**
   * Lists custom domains. COS: GET Bucket domain (document 436/36507).
   * @throws CosError `DomainConfigNotFoundError`
   */
  getBucketDomain: Operation<BucketParams, ResultMeta & { DomainRule: Document[] }>
  /** Unbinds custom domains. COS: DELETE Bucket domain (document 436/36508). */
  deleteBucketDomain: Operation<BucketParams>
  /**
   * Sets the back-to-origin rules. COS: PUT Bucket origin (document 436/30618).
   * @throws CosError `MalformedXML`
   */
  putBucketOrigin: Operation<PutBucketOriginParams>
  /**
   * Reads the back-to-origin rules. COS: GET Bucket origin (document 436/30619).
   * @throws CosError `OriginConfigurationNotFoundError`
   */
  getBucketOrigin: Operation<BucketParams, ResultMeta & { OriginRule: Document[] }>
  /** Removes the back-to-origin rules. COS: DELETE Bucket origin (document 436/30620). */
  deleteBucketOrigin: Operation<BucketParams>
  /**
   * Switches access logs on or off. COS: PUT Bucket logging (document 436/17054).
   * @throws CosError `InvalidTargetBucketForLogging`
   */
  putBucketLogging: Operation<PutBucketLoggingParams>
  /** Tells where access logs go. COS: GET Bucket logging (document 436/17053). */
  getBucketLogging: Operation<BucketParams, ResultMeta & { BucketLoggingStatus: Document | '' }>
  /**
   * Sets an inventory job. COS: PUT Bucket inventory (document 436/33707).
   * @throws CosError `MalformedXML`
   */
  putBucketInventory: Operation<PutBucketInventoryParams>
  /**
   * Reads an inventory job. COS: GET Bucket inventory (document 436/33705).
   * @throws CosError `InventoryConfigurationNotFoundError`
   */
  getBucketInventory: Operation<InventoryParams, GetBucketInventoryResult>
  /** Removes an inventory job. COS: DELETE Bucket inventory (document 436/33704). */
  deleteBucketInventory: Operation<InventoryParams>
  /** Lists inventory jobs. COS: List Bucket Inventory (document 436/33706). */
  listBucketInventory: Operation<ListBucketInventoryParams, ListBucketInventoryResult>
  /**
   * Runs an inventory job at once. COS: POST Bucket inventory (document 436/80242).
   * @throws CosError `MalformedXML`
   */
  postBucketInventory: Operation<PutBucketInventoryParams>
  /** Switches global acceleration. COS: PUT Bucket Accelerate (document 436/38869). */
  putBucketAccelerate: Operation<PutBucketAccelerateParams>
  /** Tells whether global acceleration is on. COS: GET Bucket Accelerate (document 436/38868). */
  getBucketAccelerate: Operation<
    BucketParams,
    ResultMeta & { AccelerateConfiguration: { Status?: string; Type?: string } }
  >
  /** Sets intelligent tiering. COS: PUT Bucket IntelligentTiering. */
  putBucketIntelligentTiering: Operation<PutBucketIntelligentTieringParams>
  /** Reads intelligent tiering. COS: GET Bucket IntelligentTiering. */
  getBucketIntelligentTiering: Operation<BucketParams, GetBucketIntelligentTieringResult>
  /**
   * Sets the default encryption. COS: PUT Bucket encryption (document 436/40136).
   * @throws CosError `MalformedXML`
   */
  putBucketEncryption: Operation<PutBucketEncryptionParams>
  /** Reads the default encryption. COS: GET Bucket encryption (document 436/40137). */
  getBucketEncryption: Operation<
    BucketParams,
    ResultMeta & { EncryptionConfiguration: { Rules: Document[] } }
  >
  /** Removes the default encryption. COS: DELETE Bucket encryption (document 436/40138). */
  deleteBucketEncryption: Operation<BucketParams>
  /**
   * Sets what must be signed. COS: strict signature mode (document 436/53892).
   * @throws CosError `MalformedXML`
   */
  putBucketStrictSignature: Operation<PutBucketStrictSignatureParams>
  /** Reads what must be signed. COS: strict signature mode (document 436/53892). */
  getBucketStrictSignature: Operation<BucketParams, RulesResult>
  /** Back to COS's own choice of what must be signed. COS: strict signature mode (document 436/53892). */
  deleteBucketStrictSignature: Operation<BucketParams>
  /** Lists objects with all their versions. COS: GET Bucket Object versions (document 436/35521). */
  listObjectVersions: Operation<ListObjectVersionsParams, ListObjectVersionsResult>
  /**
   * Sets who may use an object. COS: PUT Object acl (document 436/7748).
   * @throws CosError `NoSuchKey`
   */
  putObjectAcl: Operation<PutObjectAclParams>
  /**
   * Reads who may use an object. COS: GET Object acl (document 436/7744).
   * @throws CosError `NoSuchKey`
   */
  getObjectAcl: Operation<GetObjectAclParams, GetAclResult>
  /**
   * Sets the tags of an object. COS: PUT Object tagging (document 436/42997).
   * @throws CosError `NoSuchKey`, `InvalidTag`
   */
  putObjectTagging: Operation<PutObjectTaggingParams>
  /**
   * Reads the tags of an object; none is an empty list. COS: GET Object tagging (document 436/42998).
   * @throws CosError `NoSuchKey`
   */
  getObjectTagging: Operation<ObjectVersionParams, GetTaggingResult>
  /**
   * Removes the tags of an object. COS: DELETE Object tagging (document 436/42999).
   * @throws CosError `NoSuchKey`
   */
  deleteObjectTagging: Operation<ObjectVersionParams>
  /** Makes a readable copy of an archived object. COS: POST Object restore. */
  restoreObject: Operation<RestoreObjectParams>
  /**
   * Appends to an object. COS: APPEND Object (document 436/7741).
   * @throws CosError `AppendPositionErr`, `ObjectNotAppendable`, `InvalidBucketState`
   */
  appendObject: Operation<AppendObjectParams>
}

export type OperationName = keyof Operations
