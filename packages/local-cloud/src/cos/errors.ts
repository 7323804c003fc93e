/** The messages of the errors that the local COS returns, by status (document 436/7730). */
const MESSAGES = {
  400: {
    ActionAccelerateNotSupported: 'The acceleration endpoint does not support this operation.',
    BadDigest: 'The Content-Md5 you specified did not match what we received.',
    BucketAccelerateNotEnabled: 'The bucket does not enable global acceleration.',
    BucketNameTooLong: 'The bucket name is too long.',
    BucketVersionNotOpen: 'The bucket does not have versioning enabled.',
    EntityTooLarge: 'Your proposed upload exceeds the maximum allowed object size.',
    EntityTooSmall: 'Your proposed upload is smaller than the minimum allowed object size.',
    ExpiredToken: 'The provided token has expired.',
    ImageResolutionExceed: 'The image has too many pixels or frames.',
    ImageTooLarge: 'The image is too large.',
    IncompleteBody:
      'You did not provide the number of bytes specified by the Content-Length HTTP header.',
    IncorrectNumberOfFilesInPostRequest: 'POST requires exactly one file upload per request.',
    InvalidArgument: 'Invalid Argument.',
    InvalidBucketName: 'The specified bucket is not valid.',
    InvalidCopySource: 'The copy source is invalid.',
    InvalidDelimiter: 'The delimiter must be a single character.',
    InvalidDigest: 'The Content-Md5 you specified is not valid.',
    InvalidImageFormat: 'The image format is not supported.',
    InvalidImageSource: 'The image source is not valid.',
    InvalidObjectName: 'The specified object name is not valid.',
    InvalidPart:
      "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.",
    InvalidPartOrder:
      'The list of parts was not in ascending order. Parts list must be specified in order by part number.',
    InvalidPicOperations: 'Pic-Operations is not valid.',
    InvalidPolicyDocument:
      'The content of the form does not meet the conditions specified in the policy document.',
    InvalidRegionName: 'The specified region is not valid.',
    InvalidRequest: 'Invalid Request.',
    InvalidTag: 'The tag provided was not a valid tag.',
    InvalidTargetBucketForLogging: 'The target bucket for logging does not exist.',
    InvalidURI: 'Could not parse the specified URI.',
    KeyTooLong: 'Your key is too long.',
    ListPartUploadIdIsEmpty: 'The uploadId is empty.',
    MalformedPOSTRequest: 'The body of your POST request is not well-formed multipart/form-data.',
    MalformedPolicy: 'The policy is not in the valid JSON format or does not conform to CAM.',
    MalformedXML:
      'The XML you provided was not well-formed or did not validate against our published schema.',
    MissingRequestBodyError: 'Request body is empty.',
    NotSupportedStorageClass: 'The storage class you specified is not supported.',
    RequestTimeout:
      'Your socket connection to the server was not read from or written to within the timeout period.',
    SSEContentNotSupported: 'The encryption method is not supported.',
    SSEHeaderNotAllowed: 'The operation does not support the specified SSE header.',
    TooManyBuckets: 'You have attempted to create more buckets than allowed.',
    XMLSizeLimit: 'The XML body is too large.',
  },
  403: {
    AccessDenied: 'Access Denied.',
    AccessForbidden:
      "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin, request method / Access-Control-Request-Method or Access-Control-Requet-Headers are not whitelisted by the resource's CORS spec",
    InvalidAccessKeyId: 'The Access Key Id you provided does not exist in our records',
    InvalidObjectState: 'The operation is not valid for the object storage class.',
    PathStyleDomainForbidden:
      'The bucket you are attempting to access must be addressed using COS virtual-styled domain.',
    RequestTimeTooSkewed:
      "The difference between the request time and the server's time is too large.",
    SignatureDoesNotMatch: 'The Signature you specified is invalid.',
  },
  404: {
    DomainConfigNotFoundError: 'The domain configuration was not found.',
    InventoryConfigurationNotFoundError: 'The inventory configuration was not found.',
    NoSuchBucket: 'The specified bucket does not exist.',
    NoSuchBucketPolicy: 'The specified bucket does not have a bucket policy.',
    NoSuchCORSConfiguration: 'The CORS configuration does not exist',
    NoSuchEncryptionConfiguration: 'The encryption configuration does not exist',
    NoSuchKey: 'The specified key does not exist.',
    NoSuchLifecycleConfiguration: 'The lifecycle configuration does not exist.',
    NoSuchRefererConfiguration: 'The referer configuration does not exist.',
    NoSuchTagSet: 'The TagSet does not exist.',
    NoSuchUpload:
      'The specified multipart upload does not exist. The upload ID might be invalid, or the multipart upload might have been aborted or completed.',
    NoSuchVersion: 'The specified version does not exist.',
    NoSuchWebsiteConfiguration: 'The specified bucket does not have a website configuration.',
    OriginConfigurationNotFoundError: 'The origin configuration was not found.',
    ReplicationConfigurationNotFoundError: 'The replication configuration was not found.',
  },
  405: {
    MethodNotAllowed: 'The specified method is not allowed against this resource.',
    RestoreNonArchiveObject: 'Only archived objects can be restored.',
  },
  409: {
    AppendPositionErr: "The append position does not match the object's length.",
    BucketAlreadyExists:
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
    BucketAlreadyOwnedByYou:
      'Your previous request to create the named bucket succeeded and you already own it.',
    BucketNotEmpty: 'The bucket you tried to delete is not empty.',
    FileAlreadyExists: 'The object you specified already exists and can not be overwritten.',
    InvalidBucketState: 'The request is not valid for the current state of the bucket.',
    ObjectNotAppendable: 'The operation is not valid for the current state of the object.',
    RestoreAlreadyInProgress: 'Object restore is already in progress.',
  },
  411: {
    MissingContentLength: 'You must provide the Content-Length HTTP header.',
  },
  412: {
    PreconditionFailed: 'Precondition not match.',
  },
  416: {
    InvalidRange: 'The requested range is not satisfiable',
  },
  500: {
    InternalError: 'We encountered an internal error. Please try again.',
  },
  501: {
    NotImplemented:
      'A header or operation you provided implies functionality that is not implemented.',
  },
  503: {
    ServiceUnavailable: 'Please reduce your request rate.',
    SlowDown: 'Reduce your request rate.',
  },
} as const

type Messages = typeof MESSAGES

export type CosErrorCode = { [Status in keyof Messages]: keyof Messages[Status] }[keyof Messages]

/** Status and message of each error. */
export const COS_ERRORS = Object.fromEntries(
  Object.entries(MESSAGES).flatMap(([status, messages]) =>
    Object.entries(messages).map(([code, message]) => [code, { status: Number(status), message }]),
  ),
) as Record<CosErrorCode, { status: number; message: string }>

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
    const standard = COS_ERRORS[code]
    super(message ?? standard.message)
    this.code = code
    this.status = standard.status
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
