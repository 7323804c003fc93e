import { apiFault } from '../cloud/apiFault'
import { CloudFault } from '../cloud/cloudFault'

/** What COS said about a bucket, as a fault. */
export function bucketFault(error: unknown, doing: string): CloudFault {
  if (error instanceof CloudFault) return error
  const { statusCode, code, RequestId, message } = (error ?? {}) as Record<string, unknown>
  const detail = RequestId ? `${doing}, RequestId ${RequestId}` : doing
  // A HEAD has no error document: the SDK gives its status as the code.
  if (code === 'AccessDenied' || (statusCode === 403 && /^(403)?$/.test(String(code ?? '')))) {
    return new CloudFault('BucketForbidden', detail)
  }
  if (code === 'NoSuchBucket' || statusCode === 404) return new CloudFault('BucketUnknown', detail)
  return apiFault({ code, RequestId, message }, doing)
}
