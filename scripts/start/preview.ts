import type { LogEntry } from '@miniprogram-cos/local-cloud'
import { auditName } from '@miniprogram-cos/server'
import type { Preview } from '@miniprogram-cos/simulator/preview'
import { config } from '../../cos.config'
import { at } from '../build/root'
import { domainLists } from '../domains/domainLists'

/** Someone with a phone. */
export interface User {
  name: string
  openid: string
  /** As the phone tells it. */
  language: string
}

/** Phones with the demo on them, led to a local cloud. */
export async function previewDemo(
  cloud: { cos: string; functions: string },
  users: User[],
  port = 0,
): Promise<Preview> {
  const { startPreview } = await import('@miniprogram-cos/simulator/preview')
  return startPreview({
    root: at('miniprogram'),
    ...(config.appid === undefined ? {} : { appid: config.appid }),
    phones: users,
    functions: cloud.functions,
    // The client uses production's host names; they are led here.
    route: (host) => (host.endsWith('.myqcloud.com') ? cloud.cos : undefined),
    domains: domainLists(config),
    port,
  })
}

/** A line of the local COS's log for the panel: the names in keys are those of Tencent's audit log. */
export function activityOf({ who, paths, ...entry }: LogEntry, users: User[]) {
  const user = users.find(({ openid }) => auditName(openid) === who)
  const [first = '', ...more] = paths
  return {
    ...entry,
    who: user?.name ?? who,
    key: more.length > 0 ? `${first}  +${more.length}` : first,
  }
}
