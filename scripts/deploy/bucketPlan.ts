import { bucketFault } from '../bucket/bucketFault'
import { type BucketPlace, cosOf } from '../bucket/cosOf'
import { allowOrigin, allowsOrigin } from '../bucket/crossOrigin'
import { cleanStaleUploads, cleansStaleUploads } from '../bucket/staleUploads'
import { hasStrictSignature, setStrictSignature } from '../bucket/strictSignature'
import { CloudFault } from '../cloud/cloudFault'
import type { CloudKey } from '../cloud/settings'

/** One thing to set on the bucket. */
export interface BucketStep {
  what: string
  /** Functions rely on it: set before any of them is live. */
  isFirst?: boolean
  isSet: boolean
  set: () => Promise<void>
}

/**
 * What the bucket shall have; other rules on it stay.
 * @param origin a browser's origin that shall be let in, if any
 * @throws CloudFault
 */
export async function planBucket(
  key: CloudKey,
  place: BucketPlace,
  origin?: string,
): Promise<BucketStep[]> {
  const cos = cosOf(key)
  const step = async (
    what: string,
    isSet: () => Promise<boolean>,
    set: () => Promise<void>,
  ): Promise<BucketStep> => ({
    what,
    isSet: await isSet().catch((error) => Promise.reject(bucketFault(error, what))),
    set: () => set().catch((error) => Promise.reject(bucketFault(error, what))),
  })
  const steps = [
    {
      ...(await step(
        'strict signatures: host, parameters and x-cos-* headers must be signed',
        () => hasStrictSignature(cos, place),
        () => setStrictSignature(cos, place),
      )),
      isFirst: true,
    },
    await step(
      'lifecycle rule abort-stale-multipart: parts of uploads given up go after 7 days',
      () => cleansStaleUploads(cos, place),
      () => cleanStaleUploads(cos, place),
    ),
  ]
  if (origin === undefined) return steps
  return [
    ...steps,
    await step(
      `cross-origin rule for ${origin}`,
      () => allowsOrigin(cos, place, origin),
      () => allowOrigin(cos, place, origin),
    ),
  ]
}

/** The function whose signatures COS must check in full. */
const SIGNATURE_FUNCTION = 'cos-signature'

/**
 * A signed request covers only what the bucket's rule makes COS check: without it an upload that cos-signature
 * permits could be changed by headers that nobody signed (document 436/53892).
 * @param names functions that are about to go live
 * @throws CloudFault `StrictSignatureOff`, or `BucketForbidden` when the deployer may not read the rule
 */
export async function requireStrictSignature(
  key: CloudKey,
  place: BucketPlace,
  names: string[],
): Promise<void> {
  if (!names.includes(SIGNATURE_FUNCTION)) return
  const isOn = await hasStrictSignature(cosOf(key), place).catch((error) =>
    Promise.reject(bucketFault(error, 'GetBucketStrictSignature; --allow-lax-signatures skips it')),
  )
  if (!isOn) throw new CloudFault('StrictSignatureOff', `${SIGNATURE_FUNCTION}, ${place.Bucket}`)
}
