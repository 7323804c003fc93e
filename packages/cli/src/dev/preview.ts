import type { FaultRule, LocalCloud, LogEntry } from '@miniprogram-cos/local-cloud'
import {
  decodeOrKeep,
  expectedSignature,
  matchOperation,
  parseAuthorization,
  parseHost,
} from '@miniprogram-cos/protocol'
import { auditName, type CosConfig, nodeHash } from '@miniprogram-cos/server'
import type {
  FaultChoice,
  Preview,
  PreviewOptions,
  RequestDescription,
  SentRequest,
} from '@miniprogram-cos/simulator/preview'
import { configFile } from '../project'
import { findRule } from '../ruleSource'
import { t } from '../text'
import { domainLists } from '../wechat/domainLists'

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
    set: (name) => faults.set({ rules: FAULTS.find((fault) => fault.name === name)?.rules ?? [] }),
  }
}

/** Describes a request to COS for the panel of requests; undefined for other servers. */
export function describeRequest({
  method,
  url,
  headers,
}: SentRequest): RequestDescription | undefined {
  const { host, pathname, searchParams } = new URL(url)
  const named = parseHost(host)
  if (named?.kind !== 'bucket') return undefined
  const lower: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) lower[name.toLowerCase()] = value
  const query = Object.fromEntries(searchParams)
  const objectKey = decodeOrKeep(pathname).replace(/^\/+/, '')
  const match = matchOperation({
    method,
    target: objectKey === '' ? 'bucket' : 'object',
    query,
    copies: lower['x-cos-copy-source'] !== undefined,
    form: /^multipart\/form-data/i.test(lower['content-type'] ?? ''),
  })
  const operation = match?.name ?? `${method} ${host}`
  const key = objectKey || (query.prefix ?? '')
  const rule = key === '' ? undefined : findRule(configFile(), key)
  const upload = uploadOf(operation, query)
  return {
    operation,
    key,
    ...(upload ? { upload } : {}),
    ...(rule ? { rule } : {}),
    details: signatureDetails(method, decodeOrKeep(pathname), query, lower),
  }
}

function uploadOf(
  operation: string,
  { uploadId, partNumber }: Record<string, string>,
): RequestDescription['upload'] {
  const id = uploadId === undefined ? {} : { id: uploadId }
  switch (operation) {
    case 'multipartInit':
      return { step: 'begin' }
    case 'multipartUpload':
    case 'uploadPartCopy':
      return { ...id, part: Number(partNumber) }
    case 'multipartListPart':
      return id
    case 'multipartComplete':
      return { ...id, step: 'complete' }
    case 'multipartAbort':
      return { ...id, step: 'abort' }
    default:
      return undefined
  }
}

/** The parts of a request that its signature covers (document 436/7778). */
function signatureDetails(
  method: string,
  pathname: string,
  query: Record<string, string>,
  headers: Record<string, string>,
): { title: string; text: string }[] {
  const inQuery = Object.keys(query).some((name) => name.startsWith('q-'))
  const text = inQuery
    ? Object.entries(query)
        .filter(([name]) => name.startsWith('q-'))
        .map((pair) => pair.join('='))
        .join('&')
    : headers.authorization
  const auth = text === undefined ? undefined : parseAuthorization(text)
  if (!auth) return []
  const signed = Object.fromEntries(
    Object.entries(query).filter(([name]) => !name.startsWith('q-')),
  )
  // A placeholder key: only the signed text is used, not the signature.
  const request = { method, pathname, query: signed, headers }
  const { stringToSign, httpString } = expectedSignature(request, auth, '', nodeHash)
  const [from = 0, until = 0] = auth.keyTime.split(';').map(Number)
  const valid = `${new Date(from * 1000).toISOString()} - ${new Date(until * 1000).toISOString()}`
  return [
    { title: t('String to sign', '待签名字符串 StringToSign'), text: stringToSign },
    { title: t('HTTP string', 'HttpString'), text: httpString },
    {
      title: t('Signature', '签名'),
      text: [
        `SecretId  ${auth.SecretId}`,
        `KeyTime   ${valid}`,
        `headers   ${auth.headerList.join(', ') || '-'}`,
        `params    ${auth.paramList.join(', ') || '-'}`,
      ].join('\n'),
    },
  ]
}
