/** The errors of COS that the local COS returns: status and message (document 436/7730). */
export const COS_ERRORS = {
  AccessDenied: [403, 'Access Denied.'],
  AccessForbidden: [
    403,
    "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec",
  ],
  AppendPositionErr: [409, "The append position does not match the object's length."],
  BadDigest: [400, 'The Content-Md5 you specified did not match what we received.'],
  BucketAccelerateNotEnabled: [400, 'The bucket does not enable global acceleration.'],
  BucketAlreadyExists: [
    409,
    'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
  ],
  BucketAlreadyOwnedByYou: [
    409,
    'Your previous request to create the named bucket succeeded and you already own it.',
  ],
  BucketNotEmpty: [409, 'The bucket you tried to delete is not empty.'],
  DomainConfigNotFoundError: [404, 'The domain configuration was not found.'],
  EntityTooLarge: [400, 'Your proposed upload exceeds the maximum allowed object size.'],
  EntityTooSmall: [400, 'Your proposed upload is smaller than the minimum allowed object size.'],
  ExpiredToken: [400, 'The provided token has expired.'],
  FileAlreadyExists: [409, 'The object you specified already exists and can not be overwritten.'],
  IncompleteBody: [
    400,
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  ],
  InternalError: [500, 'We encountered an internal error. Please try again.'],
  InvalidAccessKeyId: [403, 'The Access Key Id you provided does not exist in our records'],
  ImageResolutionExceed: [400, 'The image has too many pixels or frames.'],
  ImageTooLarge: [400, 'The image is too large.'],
  InvalidArgument: [400, 'Invalid Argument.'],
  InvalidBucketState: [409, 'The request is not valid for the current state of the bucket.'],
  InvalidBucketName: [400, 'The specified bucket is not valid.'],
  InvalidCopySource: [400, 'The copy source is invalid.'],
  InvalidDigest: [400, 'The Content-Md5 you specified is not valid.'],
  InvalidImageFormat: [400, 'The image format is not supported.'],
  InvalidImageSource: [400, 'The image source is not valid.'],
  InvalidPart: [
    400,
    "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.",
  ],
  InvalidPartOrder: [
    400,
    'The list of parts was not in ascending order. Parts list must be specified in order by part number.',
  ],
  InvalidPolicyDocument: [
    400,
    'The content of the form does not meet the conditions specified in the policy document.',
  ],
  InvalidPicOperations: [400, 'Pic-Operations is not valid.'],
  InvalidRange: [416, 'The requested range is not satisfiable'],
  InvalidRegionName: [400, 'The specified region is not valid.'],
  InvalidRequest: [400, 'Invalid Request.'],
  InvalidTag: [400, 'The tag provided was not a valid tag.'],
  InventoryConfigurationNotFoundError: [404, 'The inventory configuration was not found.'],
  InvalidURI: [400, 'Could not parse the specified URI.'],
  KeyTooLong: [400, 'Your key is too long.'],
  MalformedPOSTRequest: [
    400,
    'The body of your POST request is not well-formed multipart/form-data.',
  ],
  MalformedXML: [
    400,
    'The XML you provided was not well-formed or did not validate against our published schema.',
  ],
  MalformedPolicy: [400, 'The policy is not in the valid JSON format or does not conform to CAM.'],
  MethodNotAllowed: [405, 'The specified method is not allowed against this resource.'],
  MissingContentLength: [411, 'You must provide the Content-Length HTTP header.'],
  MissingRequestBodyError: [400, 'Request body is empty.'],
  NoSuchBucket: [404, 'The specified bucket does not exist.'],
  NoSuchBucketPolicy: [404, 'The specified bucket does not have a bucket policy.'],
  NoSuchCORSConfiguration: [404, 'The CORS configuration does not exist'],
  NoSuchEncryptionConfiguration: [404, 'The encryption configuration does not exist'],
  NoSuchKey: [404, 'The specified key does not exist.'],
  NoSuchLifecycleConfiguration: [404, 'The lifecycle configuration does not exist.'],
  NoSuchRefererConfiguration: [404, 'The referer configuration does not exist.'],
  NoSuchTagSet: [404, 'The TagSet does not exist.'],
  NoSuchVersion: [404, 'The specified version does not exist.'],
  NoSuchWebsiteConfiguration: [404, 'The specified bucket does not have a website configuration.'],
  OriginConfigurationNotFoundError: [404, 'The origin configuration was not found.'],
  ReplicationConfigurationNotFoundError: [404, 'The replication configuration was not found.'],
  ObjectNotAppendable: [409, 'The operation is not valid for the current state of the object.'],
  NoSuchUpload: [
    404,
    'The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.',
  ],
  NotImplemented: [
    501,
    'A header or operation you provided implies functionality that is not implemented.',
  ],
  PathStyleDomainForbidden: [
    403,
    'The bucket you are attempting to access must be addressed using COS virtual-styled domain.',
  ],
  PreconditionFailed: [412, 'Precondition not match.'],
  RequestTimeTooSkewed: [
    403,
    "The difference between the request time and the server's time is too large.",
  ],
  RestoreAlreadyInProgress: [409, 'Object restore is already in progress.'],
  RestoreNonArchiveObject: [405, 'Only archived objects can be restored.'],
  SSEContentNotSupported: [400, 'The encryption method is not supported.'],
  SSEHeaderNotAllowed: [400, 'The operation does not support the specified SSE header.'],
  ServiceUnavailable: [503, 'Please reduce your request rate.'],
  RequestTimeout: [
    400,
    'Your socket connection to the server was not read from or written to within the timeout period.',
  ],
  SlowDown: [503, 'Reduce your request rate.'],
  SignatureDoesNotMatch: [403, 'The Signature you specified is invalid.'],
  XMLSizeLimit: [400, 'The XML body is too large.'],
  ActionAccelerateNotSupported: [400, 'The acceleration endpoint does not support this operation.'],
  BucketNameTooLong: [400, 'The bucket name is too long.'],
  BucketVersionNotOpen: [400, 'The bucket does not have versioning enabled.'],
  IncorrectNumberOfFilesInPostRequest: [400, 'POST requires exactly one file upload per request.'],
  InvalidDelimiter: [400, 'The delimiter must be a single character.'],
  InvalidObjectName: [400, 'The specified object name is not valid.'],
  InvalidObjectState: [403, 'The operation is not valid for the object storage class.'],
  InvalidTargetBucketForLogging: [400, 'The target bucket for logging does not exist.'],
  ListPartUploadIdIsEmpty: [400, 'The uploadId is empty.'],
  NotSupportedStorageClass: [400, 'The storage class you specified is not supported.'],
  TooManyBuckets: [400, 'You have attempted to create more buckets than allowed.'],
} as const satisfies Record<string, readonly [number, string]>

export type CosErrorCode = keyof typeof COS_ERRORS

/** An error response of COS. Any stage may throw it; the pipeline sends the response. */
export class CosServiceError extends Error {
  readonly code: CosErrorCode
  readonly status: number
  /** Further elements of the error document. */
  readonly details: Record<string, string>
  /** Further response headers. */
  readonly headers: Record<string, string>

  constructor(
    code: CosErrorCode,
    message?: string,
    details: Record<string, string> = {},
    headers: Record<string, string> = {},
  ) {
    const [status, standard] = COS_ERRORS[code]
    super(message ?? standard)
    this.code = code
    this.status = status
    this.details = details
    this.headers = headers
  }
}

/** The error of an invalid header, parameter or form field. */
export function invalidArgument(message: string): CosServiceError {
  return new CosServiceError('InvalidArgument', message)
}

/** The error of a refused request. @param reason is shown in the element `Decision` and in the request log */
export function accessDenied(reason: string): CosServiceError {
  return new CosServiceError('AccessDenied', undefined, { Decision: reason })
}

/** The error of a feature of COS that the local COS lacks. */
export function notImplemented(feature: string): CosServiceError {
  return new CosServiceError('NotImplemented', `The local COS does not imitate ${feature}.`)
}
