import type { LocalCloud, LogEntry } from '@miniprogram-cos/local-cloud'
import { auditName, type CosConfig } from '@miniprogram-cos/server'
import type { Preview, PreviewOptions } from '@miniprogram-cos/simulator/preview'
import { domainLists } from '../domains/domainLists'
import { describeRequest } from './describeRequest'
import { previewFaults } from './faults'

/** A user with a phone. */
export interface User {
  name: string
  openid: string
  /** As the phone reports it. */
  language: string
}

/**
 * Shows phones that run an app with a local cloud.
 * @param root the folder with app.json
 */
export async function previewApp(
  root: string,
  cloud: Pick<LocalCloud, 'admin' | 'cos' | 'faults' | 'functions'>,
  users: User[],
  config: CosConfig,
  { port = 0, routes = {} }: Pick<PreviewOptions, 'port' | 'routes'> = {},
): Promise<Preview> {
  const { startPreview } = await import('@miniprogram-cos/simulator/preview')
  return startPreview({
    root,
    ...(config.appid === undefined ? {} : { appid: config.appid }),
    phones: users,
    functions: cloud.functions,
    // The client uses production's host names.
    route: (host) => (host.endsWith('.myqcloud.com') ? cloud.cos : undefined),
    domains: domainLists(config),
    describe: describeRequest,
    faults: previewFaults(cloud.faults),
    links: [{ title: { en: 'Bucket', zh: '存储桶' }, url: cloud.admin }],
    port,
    routes,
  })
}

/** A line of the local COS's log for the request panel, with users by name instead of their audit names. */
export function activityOf({ who, paths, ...entry }: LogEntry, users: User[]) {
  const user = users.find(({ openid }) => auditName(openid) === who)
  const [first = '', ...more] = paths
  return {
    ...entry,
    who: user?.name ?? who,
    key: more.length > 0 ? `${first}  +${more.length}` : first,
  }
}
