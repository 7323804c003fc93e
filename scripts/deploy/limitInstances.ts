import type { CloudApi } from '../cloud/cloudApi'
import { CloudFault } from '../cloud/cloudFault'

/**
 * Limits how many instances of a function run at once: each counts its callers for itself, so the number of keys that
 * one caller can get in a minute grows with them.
 * @param memory of one instance, in MB
 * @param instances 0 leaves the limit as it is
 * @returns a line about it; a platform that refuses the limit does not keep the function from working
 */
export async function limitInstances(
  cloud: CloudApi,
  name: string,
  memory: number,
  instances: number,
): Promise<string | undefined> {
  if (instances === 0) return undefined
  try {
    await cloud.reserveMemory(name, memory * instances)
    return `· ${name}: at most ${instances} instances at once`
  } catch (error) {
    if (!(error instanceof CloudFault)) throw error
    return `! ${name}: instances are not limited: ${error.message}`
  }
}
