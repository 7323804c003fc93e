import { type CloudApi, FUNCTIONS_ONLY } from '../cloud/api'
import {
  allowOrigin,
  allowsOrigin,
  type BucketPlace,
  cleanStaleUploads,
  cleansStaleUploads,
  cosClient,
  emptyTrash,
  hasStrictSignature,
  keptTrash,
  setStrictSignature,
  type TrashRule,
} from '../cloud/bucketRules'
import { bucketError, CloudError } from '../cloud/errors'
import type { CloudKey } from '../cloud/settings'
import { t } from '../text'

/** One setting of the bucket or of the database. */
export interface CloudStep {
  target: 'bucket' | 'database'
  what: string
  /** Set before any function is deployed, because functions rely on it. */
  isFirst?: boolean
  isSet: boolean
  set: () => Promise<void>
}

/**
 * The settings that the bucket needs. Other rules on it are kept.
 * @param trash the lifecycle rules that empty the trash of the access rules
 * @param origin origin of a browser to allow, if any
 * @throws CloudError
 */
export async function planBucket(
  key: CloudKey,
  place: BucketPlace,
  trash: TrashRule[],
  origin?: string,
): Promise<CloudStep[]> {
  const cos = cosClient(key)
  const step = async (
    what: string,
    isSet: () => Promise<boolean>,
    set: () => Promise<void>,
  ): Promise<CloudStep> => ({
    target: 'bucket',
    what,
    isSet: await isSet().catch((error) => Promise.reject(bucketError(error, what))),
    set: () => set().catch((error) => Promise.reject(bucketError(error, what))),
  })
  const steps: CloudStep[] = [
    {
      ...(await step(
        t(
          'strict signatures: host, parameters, x-cos-* and Pic-Operations headers must be signed',
          '严格签名：必须对 Host、参数、x-cos-* 与 Pic-Operations 头部签名',
        ),
        () => hasStrictSignature(cos, place),
        () => setStrictSignature(cos, place),
      )),
      isFirst: true,
    },
    await step(
      t(
        'lifecycle rule abort-stale-multipart: parts of unfinished uploads are removed after 7 days',
        '生命周期规则 abort-stale-multipart：未完成的分块 7 天后清理',
      ),
      () => cleansStaleUploads(cos, place),
      () => cleanStaleUploads(cos, place),
    ),
  ]
  if (trash.length > 0) {
    const parts = trash.map(({ prefix, days }) => `${prefix} ${days}`).join(', ')
    const emptied = await step(
      t(
        `lifecycle rules that empty the trash, after days: ${parts}`,
        `清空回收站的生命周期规则（天数）：${parts}`,
      ),
      async () => (await keptTrash(cos, place, trash)).length === 0,
      () => emptyTrash(cos, place, trash),
    )
    steps.push(emptied)
  }
  if (origin === undefined) return steps
  return [
    ...steps,
    await step(
      t(`cross-origin rule for ${origin}`, `跨域规则：${origin}`),
      () => allowsOrigin(cos, place, origin),
      () => allowOrigin(cos, place, origin),
    ),
  ]
}

/**
 * Closes the kit's collections to phones, which may add documents to a collection by default.
 * @throws CloudError
 */
export function planCollections(cloud: CloudApi, names: string[]): Promise<CloudStep[]> {
  return Promise.all(
    names.map(async (name) => ({
      target: 'database' as const,
      what: t(
        `collection ${name}: only functions may read and write it (${FUNCTIONS_ONLY})`,
        `集合 ${name}：仅云函数可读写（${FUNCTIONS_ONLY}）`,
      ),
      isFirst: true,
      isSet: (await cloud.collectionPermission(name)) === FUNCTIONS_ONLY,
      set: () => cloud.closeCollection(name),
    })),
  )
}

/** The function that requires strict signatures. */
const SIGNATURE_FUNCTION = 'cos-signature'

/**
 * Requires strict signatures. Without the bucket's rule, COS does not check that all headers are signed, so an upload that
 * cos-signature permits could be changed by unsigned headers (document 436/53892).
 * @param names functions to deploy
 * @throws CloudError `StrictSignatureOff`, or `BucketForbidden` if the deployer may not read the rule
 */
export async function requireStrictSignature(
  key: CloudKey,
  place: BucketPlace,
  names: string[],
): Promise<void> {
  if (!names.includes(SIGNATURE_FUNCTION)) return
  const isOn = await hasStrictSignature(cosClient(key), place).catch((error) =>
    Promise.reject(bucketError(error, 'GetBucketStrictSignature; --allow-lax-signatures skips it')),
  )
  if (!isOn) throw new CloudError('StrictSignatureOff', `${SIGNATURE_FUNCTION}, ${place.Bucket}`)
}
