import { existsSync, readFileSync } from 'node:fs'
import { cosOf } from '../bucket/cosOf'
import { regionOf } from '../bucket/regionOf'
import { at } from '../build/root'
import { deployKey, type Settings } from '../cloud/settings'
import { type Answers, isOfForm } from './answers'

/** What DevTools has written down already. */
export function knownAppid(): Partial<Answers> {
  const file = at('project.private.config.json')
  if (!existsSync(file)) return {}
  const { appid } = JSON.parse(readFileSync(file, 'utf8')) as { appid?: unknown }
  return typeof appid === 'string' && isOfForm('appid', appid) ? { appid } : {}
}

/** Where the bucket is, if the key that deploys may list the account's buckets. */
export async function findRegion(
  { bucket }: Partial<Answers>,
  settings: Settings,
): Promise<Partial<Answers>> {
  if (bucket === undefined || !settings.TENCENTCLOUD_SECRET_ID) return {}
  const region = await regionOf(cosOf(deployKey(settings)), bucket)
  return region === undefined ? {} : { region }
}
