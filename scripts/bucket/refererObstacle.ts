import type COS from 'cos-nodejs-sdk-v5'
import type { BucketPlace } from './cosOf'

/** Phones send `https://servicewechat.com/<appid>/…` as the referer of what they download. */
const WECHAT = 'servicewechat.com'

/** Which part of the hotlink protection refuses a phone, if any. */
export async function refererObstacle(cos: COS, place: BucketPlace): Promise<string | undefined> {
  let rules: COS.GetBucketRefererResult['RefererConfiguration'] | undefined
  try {
    rules = (await cos.getBucketReferer(place)).RefererConfiguration
  } catch (error) {
    if ((error as { code?: string }).code?.startsWith('NoSuchReferer')) return
    throw error
  }
  if (rules?.Status !== 'Enabled') return
  const domains = [rules.DomainList?.Domains ?? []].flat() as string[]
  const isNamed = domains.some((domain) => domain === '*' || domain.includes(WECHAT))
  if ((rules.RefererType === 'White-List') === isNamed) return
  return rules.RefererType
}
