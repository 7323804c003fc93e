import type COS from 'cos-nodejs-sdk-v5'
import type { BucketPlace } from './cosOf'

/** For a browser that shows the mini program; phones need none of it. */
const ruleOf = (origin: string) => ({
  ID: 'miniprogram-cos-preview',
  AllowedOrigins: [origin],
  AllowedMethods: ['GET', 'PUT', 'POST', 'HEAD', 'DELETE'],
  AllowedHeaders: ['*'],
  ExposeHeaders: ['ETag', 'Content-Length', 'x-cos-request-id', 'x-cos-hash-crc64ecma'],
  MaxAgeSeconds: '600',
})

/** As the SDK reads and takes rules; its types know neither the plural nor the id. */
interface Rule {
  ID?: string
  AllowedOrigins: string[]
}

async function rulesOf(cos: COS, place: BucketPlace): Promise<Rule[]> {
  try {
    const { CORSRules } = await cos.getBucketCors(place)
    return CORSRules as unknown as Rule[]
  } catch (error) {
    if ((error as { code?: string }).code === 'NoSuchCORSConfiguration') return []
    throw error
  }
}

export async function allowsOrigin(cos: COS, place: BucketPlace, origin: string): Promise<boolean> {
  return (await rulesOf(cos, place)).some(({ AllowedOrigins }) => AllowedOrigins.includes(origin))
}

/** Lets one origin in; other rules stay. */
export async function allowOrigin(cos: COS, place: BucketPlace, origin: string): Promise<void> {
  const rule = ruleOf(origin)
  const others = (await rulesOf(cos, place)).filter(({ ID }) => ID !== rule.ID)
  await cos.putBucketCors({ ...place, CORSRules: [...others, rule] as unknown as COS.CORSRule[] })
}
