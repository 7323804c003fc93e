import { type CosConfig, STRICT_SIGNATURE, type trashLifecycle } from '@miniprogram-cos/server'
import COS from 'cos-nodejs-sdk-v5'
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
export interface BucketPlace {
  Bucket: string
  Region: string
}

export const bucketPlace = ({ bucket, region }: CosConfig): BucketPlace => ({
  Bucket: bucket,
  Region: region,
})

/** The rule that the functions require. */
const [STRICT_RULE = ''] = /<Rule>[\s\S]*<\/Rule>/.exec(STRICT_SIGNATURE) ?? []

const STRICT_REQUEST = { Action: 'strict-signature' } as const

/** The existing rules, as XML. */
async function strictRules(cos: COS, place: BucketPlace): Promise<string[]> {
  try {
    const answer = await cos.request({ ...place, Method: 'GET', ...STRICT_REQUEST, RawBody: true })
    return String(answer.Body).match(/<Rule>[\s\S]*?<\/Rule>/g) ?? []
  } catch (error) {
    if ((error as { statusCode?: number; code?: string }).code?.startsWith('NoSuchStrict'))
      return []
    throw error
  }
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
export async function hasStrictSignature(cos: COS, place: BucketPlace): Promise<boolean> {
  return (await strictRules(cos, place)).some(coversStrictRule)
}

/** Sets the kit's rule and keeps the others. */
export async function setStrictSignature(cos: COS, place: BucketPlace): Promise<void> {
  const [id] = valuesOf(STRICT_RULE, 'ID')
  const others = (await strictRules(cos, place)).filter((rule) => valuesOf(rule, 'ID')[0] !== id)
  const Body = `<StrictSignatureConfiguration>${[...others, STRICT_RULE].join('')}</StrictSignatureConfiguration>`
  await cos.request({ ...place, Method: 'PUT', ...STRICT_REQUEST, Body })
}

const LIFECYCLE_RULE = {
  ID: 'abort-stale-multipart',
  Status: 'Enabled' as const,
  Filter: { Prefix: '' },
  AbortIncompleteMultipartUpload: { DaysAfterInitiation: '7' },
}

async function lifecycleRules(cos: COS, place: BucketPlace): Promise<COS.LifecycleRule[]> {
  try {
    const { Rules } = await cos.getBucketLifecycle(place)
    return Rules
  } catch (error) {
    if ((error as { code?: string }).code === 'NoSuchLifecycleConfiguration') return []
    throw error
  }
}

/** Whether parts of unfinished uploads to any key are removed after some time, by the kit's rule or another. */
export async function cleansStaleUploads(cos: COS, place: BucketPlace): Promise<boolean> {
  return (await lifecycleRules(cos, place)).some(
    ({ Status, Filter, AbortIncompleteMultipartUpload }) =>
      Status === 'Enabled' &&
      AbortIncompleteMultipartUpload !== undefined &&
      // A prefix or a tag limits the rule to some objects.
      Object.values(Filter ?? {}).every((value) => value === ''),
  )
}

/** Adds the kit's rule and keeps the others. */
export async function cleanStaleUploads(cos: COS, place: BucketPlace): Promise<void> {
  const others = (await lifecycleRules(cos, place)).filter(({ ID }) => ID !== LIFECYCLE_RULE.ID)
  await cos.putBucketLifecycle({ ...place, Rules: [...others, LIFECYCLE_RULE] })
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
  place: BucketPlace,
  wanted: TrashRule[],
): Promise<TrashRule[]> {
  if (wanted.length === 0) return []
  const rules = await lifecycleRules(cos, place)
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
export async function emptyTrash(cos: COS, place: BucketPlace, wanted: TrashRule[]): Promise<void> {
  const own = wanted.map(({ prefix, days }) => ({
    ID: `${EMPTY}${prefix}`,
    Status: 'Enabled' as const,
    Filter: { Prefix: prefix },
    Expiration: { Days: days },
  }))
  const ids = own.map(({ ID }) => ID)
  const others = (await lifecycleRules(cos, place))
    .filter(({ ID }) => !ids.includes(String(ID)))
    .map((rule) => {
      const days = wanted.filter((part) => isTooEarly(rule, part)).map((part) => part.days)
      return days.length > 0 ? { ...rule, Expiration: { Days: Math.max(...days) } } : rule
    })
  await cos.putBucketLifecycle({ ...place, Rules: [...others, ...own] })
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

async function corsRules(cos: COS, place: BucketPlace): Promise<CorsRule[]> {
  try {
    const { CORSRules } = await cos.getBucketCors(place)
    // The SDK declares this list as a record.
    return Object.values(CORSRules)
  } catch (error) {
    if ((error as { code?: string }).code === 'NoSuchCORSConfiguration') return []
    throw error
  }
}

export async function allowsOrigin(cos: COS, place: BucketPlace, origin: string): Promise<boolean> {
  return (await corsRules(cos, place)).some(({ AllowedOrigins }) =>
    AllowedOrigins?.includes(origin),
  )
}

/** Allows one origin and keeps the other rules. */
export async function allowOrigin(cos: COS, place: BucketPlace, origin: string): Promise<void> {
  const rule = corsRule(origin)
  const others = (await corsRules(cos, place)).filter(({ ID }) => ID !== rule.ID)
  await cos.putBucketCors({ ...place, CORSRules: [...others, rule] })
}
