import { type CosConfig, STRICT_SIGNATURE, type trashLifecycle } from '@miniprogram-cos/server'
import COS from 'cos-nodejs-sdk-v5'
import { t } from '../text'
import { bucketError, CloudError } from './errors'
import type { CloudKey } from './settings'

/** Tencent's own COS SDK with a key; goes through `http_proxy` as the CloudBase library does. */
export function cosClient({ SecretId, SecretKey, token }: CloudKey): COS {
  const proxy = process.env.http_proxy
  return new COS({
    SecretId,
    SecretKey,
    ...(token ? { SecurityToken: token } : {}),
    ...(proxy ? { Proxy: proxy } : {}),
    Timeout: 30_000,
  })
}

/** The bucket of a request. */
export interface BucketParams {
  Bucket: string
  Region: string
}

export const bucketParams = ({ bucket, region }: CosConfig): BucketParams => ({
  Bucket: bucket,
  Region: region,
})

/** The rule that the functions require. */
const [STRICT_RULE = ''] = /<Rule>[\s\S]*<\/Rule>/.exec(STRICT_SIGNATURE) ?? []

const STRICT_REQUEST = { Action: 'strict-signature' } as const

/**
 * Reads a setting of the bucket.
 * @param code beginning of the error code of a bucket without this setting
 * @returns undefined if the bucket does not have it
 */
export async function ifPresent<T>(reading: Promise<T>, code: string): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith(code)) return undefined
    throw error
  }
}

/** The existing rules, as XML. */
async function strictRules(cos: COS, bucket: BucketParams): Promise<string[]> {
  const reading = cos.request({ ...bucket, Method: 'GET', ...STRICT_REQUEST, RawBody: true })
  const answer = await ifPresent(reading, 'NoSuchStrict')
  return String(answer?.Body).match(/<Rule>[\s\S]*?<\/Rule>/g) ?? []
}

/** The values of an element in a rule, in lower case, because COS may return names in another case or order. */
function valuesOf(rule: string, element: 'ID' | 'action' | 'header' | 'param'): string[] {
  const found = rule.matchAll(new RegExp(`<${element}>\\s*([^<]*?)\\s*</${element}>`, 'gi'))
  return [...found].map(([, value = '']) => value.toLowerCase())
}

/** Whether a rule requires at least what the kit's rule does; its id is ignored. */
function coversStrictRule(rule: string): boolean {
  return (['action', 'header', 'param'] as const).every((element) => {
    const given = valuesOf(rule, element)
    return (
      (element !== 'action' && given.includes('all')) ||
      valuesOf(STRICT_RULE, element).every((value) => given.includes(value))
    )
  })
}

/** Whether the bucket requires strict signatures, by the kit's rule or another. */
export async function hasStrictSignature(cos: COS, bucket: BucketParams): Promise<boolean> {
  return (await strictRules(cos, bucket)).some(coversStrictRule)
}

/** Sets the kit's rule and keeps the others. */
async function setStrictSignature(cos: COS, bucket: BucketParams): Promise<void> {
  const [id] = valuesOf(STRICT_RULE, 'ID')
  const others = (await strictRules(cos, bucket)).filter((rule) => valuesOf(rule, 'ID')[0] !== id)
  const Body = `<StrictSignatureConfiguration>${[...others, STRICT_RULE].join('')}</StrictSignatureConfiguration>`
  await cos.request({ ...bucket, Method: 'PUT', ...STRICT_REQUEST, Body })
}

const LIFECYCLE_RULE = {
  ID: 'abort-stale-multipart',
  Status: 'Enabled' as const,
  Filter: { Prefix: '' },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: '7' },
}

async function lifecycleRules(cos: COS, bucket: BucketParams): Promise<COS.LifecycleRule[]> {
  const answer = await ifPresent(cos.getBucketLifecycle(bucket), 'NoSuchLifecycleConfiguration')
  return answer?.Rules ?? []
}

/** Whether parts of unfinished uploads to any key are removed after some time, by the kit's rule or another. */
export async function cleansStaleUploads(cos: COS, bucket: BucketParams): Promise<boolean> {
  return (await lifecycleRules(cos, bucket)).some(
    ({ Status, Filter, AbortIncompleteMultipartUpload }) =>
      Status === 'Enabled' &&
      AbortIncompleteMultipartUpload !== undefined &&
      // A prefix or a tag limits the rule to some objects.
      Object.values(Filter ?? {}).every((value) => value === ''),
  )
}

/** Adds the kit's rule and keeps the others. */
async function cleanStaleUploads(cos: COS, bucket: BucketParams): Promise<void> {
  const others = (await lifecycleRules(cos, bucket)).filter(({ ID }) => ID !== LIFECYCLE_RULE.ID)
  await cos.putBucketLifecycle({ ...bucket, Rules: [...others, LIFECYCLE_RULE] })
}

/** A lifecycle rule that empties a part of the trash. */
export type TrashRule = ReturnType<typeof trashLifecycle>[number]

/** Prefix of the ids of the kit's rules. */
const EMPTY = 'empty '

/** Whether a rule of an earlier configuration empties a part of the trash before its time. */
const isTooEarly = (
  { ID, Status, Filter, Expiration }: COS.LifecycleRule,
  { prefix, days }: TrashRule,
) =>
  Status === 'Enabled' &&
  String(ID).startsWith(EMPTY) &&
  prefix.startsWith(Filter?.Prefix ?? prefix) &&
  Number(Expiration?.Days) < days

/**
 * The parts of the trash that no lifecycle rule empties after the given days, or that an earlier rule of the kit empties
 * sooner.
 */
export async function keptTrash(
  cos: COS,
  bucket: BucketParams,
  wanted: TrashRule[],
): Promise<TrashRule[]> {
  if (wanted.length === 0) return []
  const rules = await lifecycleRules(cos, bucket)
  return wanted.filter(
    (part) =>
      rules.some((rule) => isTooEarly(rule, part)) ||
      !rules.some(
        ({ Status, Filter, Expiration }) =>
          Status === 'Enabled' &&
          Filter?.Prefix === part.prefix &&
          Number(Expiration?.Days) === part.days,
      ),
  )
}

/** Adds the kit's rules and keeps the others. An earlier rule of the kit for a larger part is extended to the new days. */
export async function emptyTrash(
  cos: COS,
  bucket: BucketParams,
  wanted: TrashRule[],
): Promise<void> {
  const own = wanted.map(({ prefix, days }) => ({
    ID: `${EMPTY}${prefix}`,
    Status: 'Enabled' as const,
    Filter: { Prefix: prefix },
    Expiration: { Days: days },
  }))
  const ids = own.map(({ ID }) => ID)
  const others = (await lifecycleRules(cos, bucket))
    .filter(({ ID }) => !ids.includes(String(ID)))
    .map((rule) => {
      const days = wanted.filter((part) => isTooEarly(rule, part)).map((part) => part.days)
      return days.length > 0 ? { ...rule, Expiration: { Days: Math.max(...days) } } : rule
    })
  await cos.putBucketLifecycle({ ...bucket, Rules: [...others, ...own] })
}

/** CORS rule for a browser that shows the mini program; phones need none. */
const corsRule = (origin: string): CorsRule => ({
  ID: 'miniprogram-cos-preview',
  AllowedOrigin: [origin],
  AllowedMethod: ['GET', 'PUT', 'POST', 'HEAD', 'DELETE'],
  AllowedHeader: ['*'],
  ExposeHeader: ['ETag', 'Content-Length', 'x-cos-request-id', 'x-cos-hash-crc64ecma'],
  MaxAgeSeconds: 600,
})

/** The SDK reads rules with names in the plural, and writes both; its types declare neither that nor the id. */
interface CorsRule extends COS.CORSRule {
  ID?: string
  AllowedOrigins?: string[]
}

async function corsRules(cos: COS, bucket: BucketParams): Promise<CorsRule[]> {
  const answer = await ifPresent(cos.getBucketCors(bucket), 'NoSuchCORSConfiguration')
  // The SDK declares this list as a record.
  return Object.values(answer?.CORSRules ?? {})
}

async function allowsOrigin(cos: COS, bucket: BucketParams, origin: string): Promise<boolean> {
  return (await corsRules(cos, bucket)).some(({ AllowedOrigins }) =>
    AllowedOrigins?.includes(origin),
  )
}

/** Allows one origin and keeps the other rules. */
async function allowOrigin(cos: COS, bucket: BucketParams, origin: string): Promise<void> {
  const rule = corsRule(origin)
  const others = (await corsRules(cos, bucket)).filter(({ ID }) => ID !== rule.ID)
  await cos.putBucketCors({ ...bucket, CORSRules: [...others, rule] })
}

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
  bucket: BucketParams,
  trash: TrashRule[],
  origin?: string,
): Promise<CloudStep[]> {
  const cos = cosClient(key)
  const parts = trash.map(({ prefix, days }) => `${prefix} ${days}`).join(', ')
  const settings: (Omit<CloudStep, 'target' | 'isSet'> & { isSet: () => Promise<boolean> })[] = [
    {
      what: t(
        'strict signatures: host, parameters, x-cos-* and Pic-Operations headers must be signed',
        '严格签名：必须对 Host、参数、x-cos-* 与 Pic-Operations 头部签名',
      ),
      isFirst: true,
      isSet: () => hasStrictSignature(cos, bucket),
      set: () => setStrictSignature(cos, bucket),
    },
    {
      what: t(
        'lifecycle rule abort-stale-multipart: parts of unfinished uploads are removed after 7 days',
        '生命周期规则 abort-stale-multipart：未完成的分块 7 天后清理',
      ),
      isSet: () => cleansStaleUploads(cos, bucket),
      set: () => cleanStaleUploads(cos, bucket),
    },
  ]
  if (trash.length > 0) {
    settings.push({
      what: t(
        `lifecycle rules that empty the trash, after days: ${parts}`,
        `清空回收站的生命周期规则（天数）：${parts}`,
      ),
      isSet: async () => (await keptTrash(cos, bucket, trash)).length === 0,
      set: () => emptyTrash(cos, bucket, trash),
    })
  }
  if (origin !== undefined) {
    settings.push({
      what: t(`cross-origin rule for ${origin}`, `跨域规则：${origin}`),
      isSet: () => allowsOrigin(cos, bucket, origin),
      set: () => allowOrigin(cos, bucket, origin),
    })
  }
  const steps: CloudStep[] = []
  for (const { what, isSet, set, ...rest } of settings) {
    const failed = (error: unknown) => Promise.reject(bucketError(error, what))
    steps.push({
      ...rest,
      target: 'bucket',
      what,
      isSet: await isSet().catch(failed),
      set: () => set().catch(failed),
    })
  }
  return steps
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
  bucket: BucketParams,
  names: string[],
): Promise<void> {
  if (!names.includes(SIGNATURE_FUNCTION)) return
  const isOn = await hasStrictSignature(cosClient(key), bucket).catch((error) =>
    Promise.reject(bucketError(error, 'GetBucketStrictSignature; --allow-lax-signatures skips it')),
  )
  if (!isOn) throw new CloudError('StrictSignatureOff', `${SIGNATURE_FUNCTION}, ${bucket.Bucket}`)
}
