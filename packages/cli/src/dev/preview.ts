import type { FaultRule, LocalCloud, LogEntry } from '@miniprogram-cos/local-cloud'
import { auditName, type CosConfig } from '@miniprogram-cos/server'
import type { FaultChoice, Preview, PreviewOptions } from '@miniprogram-cos/simulator/preview'
import { domainLists } from '../domains/domainLists'
import { describeRequest } from './describeRequest'

/** A user with a phone. */
export interface User {
  name: string
  openid: string
  /** As reported by the phone. */
  language: string
}

/**
 * Opens a preview of phones that run an app with a local cloud.
 * @param root the folder with app.json
 */
export async function previewApp(
  root: string,
  cloud: Pick<LocalCloud, 'admin' | 'cos' | 'faults' | 'functions' | 'storage'>,
  users: User[],
  config: CosConfig,
  {
    port = 0,
    routes = {},
    project = root,
  }: Pick<PreviewOptions, 'port' | 'routes' | 'project'> = {},
): Promise<Preview> {
  const { startPreview } = await import('@miniprogram-cos/simulator/preview')
  return startPreview({
    root,
    project,
    ...(config.appid === undefined ? {} : { appid: config.appid }),
    phones: users,
    functions: cloud.functions,
    storage: cloud.storage,
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

/** Formats a log entry of the local COS for the request panel, with the names of users instead of audit names. */
export function activityOf({ who, paths, ...entry }: LogEntry, users: User[]) {
  const user = users.find(({ openid }) => auditName(openid) === who)
  const [first = '', ...more] = paths
  return {
    ...entry,
    who: user?.name ?? who,
    key: more.length > 0 ? `${first}  +${more.length}` : first,
  }
}

/** The faults in the preview, as fault rules of the local COS. */
const FAULTS: (FaultChoice & { rules: FaultRule[] })[] = [
  {
    name: 'slow',
    title: { en: 'COS answers 2 s late', zh: 'COS 延迟 2 秒响应' },
    rules: [{ action: { kind: 'latency', milliseconds: 2000 } }],
  },
  {
    name: 'parts',
    title: { en: 'Every third part: 503 SlowDown', zh: '三分之一的分块：503 SlowDown' },
    rules: [
      { action: { kind: 'error', code: 'SlowDown' }, operation: 'multipartUpload', share: 0.34 },
    ],
  },
  {
    name: 'drop',
    title: { en: 'Every fourth connection breaks', zh: '四分之一的连接中断' },
    rules: [{ action: { kind: 'drop', when: 'during' }, share: 0.25 }],
  },
  {
    name: 'expired',
    title: { en: 'Next request: 403 ExpiredToken', zh: '下一个请求：403 ExpiredToken' },
    rules: [{ action: { kind: 'error', code: 'ExpiredToken' }, times: 1 }],
  },
  {
    name: 'internal',
    title: { en: 'Half of all requests: 500', zh: '一半请求返回 500' },
    rules: [{ action: { kind: 'error', code: 'InternalError' }, share: 0.5 }],
  },
]

/** Lets the preview inject faults into a local cloud. */
export function previewFaults(faults: LocalCloud['faults']): NonNullable<PreviewOptions['faults']> {
  return {
    choices: FAULTS.map(({ name, title }) => ({ name, title })),
    set: (name) => faults.set({ rules: FAULTS.find((one) => one.name === name)?.rules ?? [] }),
  }
}
