import { parseBucket } from '@miniprogram-cos/protocol'
import type { CosConfig } from '@miniprogram-cos/server'
import { deployKey, functionKey, type Settings } from '../cloud/settings'

/** What setup must know. */
export const QUESTIONS = [
  { name: 'appid', ask: 'AppID of the mini program (wx…)' },
  { name: 'env', ask: 'CloudBase environment id' },
  { name: 'bucket', ask: 'Bucket, with its APPID (name-1250000000)' },
  { name: 'region', ask: 'Region of the bucket (ap-guangzhou …)' },
] as const

type Name = (typeof QUESTIONS)[number]['name']

export type Answers = Record<Name, string>

/** Keys are asked for without an echo, and are no options: those would stay in the shell's history. */
export const KEY_QUESTIONS = [
  { name: 'TENCENTCLOUD_SECRET_ID', ask: 'SecretId of the sub-account that deploys' },
  { name: 'TENCENTCLOUD_SECRET_KEY', ask: 'its SecretKey' },
  { name: 'COS_STS_SECRET_ID', ask: 'SecretId of the sub-account whose key the functions hold' },
  { name: 'COS_STS_SECRET_KEY', ask: 'its SecretKey' },
] as const

/** The values that `cos.config.ts` comes with: they say nothing about the user's cloud. */
const EXAMPLES: Partial<Record<Name, string>> = { env: 'your-env-id', bucket: 'media-1250000000' }

/** What the configuration already says. The region is worth nothing beside an example bucket. */
export function presentAnswers(config: CosConfig): Partial<Answers> {
  const { appid, env, bucket, region } = config
  return {
    ...(appid === undefined ? {} : { appid }),
    ...(env === EXAMPLES.env ? {} : { env }),
    ...(bucket === EXAMPLES.bucket ? {} : { bucket, region }),
  }
}

const FORMS: Record<Name, (text: string) => boolean> = {
  appid: (text) => /^wx[0-9a-f]{16}$/.test(text),
  env: (text) => /^[A-Za-z0-9][\w-]{0,63}$/.test(text) && text !== EXAMPLES.env,
  bucket: (text) => parseBucket(text) !== undefined,
  region: (text) => /^[a-z]+-[a-z]+(-\d|-[a-z]+)*$/.test(text),
}

/** Whether an answer looks like what it should be. */
export const isOfForm = (name: Name, text: string) => FORMS[name](text)

/** @throws Error in one line, naming the first that is missing or has no such form */
export function checkAnswers(given: Partial<Answers>): Answers {
  for (const { name, ask } of QUESTIONS) {
    const value = given[name]
    if (value === undefined) throw new Error(`--${name} is missing: ${ask}`)
    if (!FORMS[name](value)) throw new Error(`--${name} "${value}" is not of its form: ${ask}`)
  }
  return given as Answers
}

/** @throws CloudFault for a key that is missing or malformed */
export function checkKeys(settings: Settings): void {
  deployKey(settings)
  functionKey(settings)
}
