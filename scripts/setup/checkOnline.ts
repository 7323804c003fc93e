import { bucketFault } from '../bucket/bucketFault'
import { cosOf } from '../bucket/cosOf'
import { CloudApi } from '../cloud/cloudApi'
import { deployKey, type Settings } from '../cloud/settings'
import { preflight } from '../deploy/preflight'
import type { Answers } from './answers'

/** Asks Tencent Cloud whether all that was given exists and belongs together. @throws CloudFault */
export async function checkOnline(answers: Answers, settings: Settings): Promise<void> {
  const key = deployKey(settings)
  await preflight(new CloudApi(key, answers.env), key, settings)
  try {
    await cosOf(key).headBucket({ Bucket: answers.bucket, Region: answers.region })
  } catch (error) {
    throw bucketFault(error, `${answers.bucket}, ${answers.region}`)
  }
}
