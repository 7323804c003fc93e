import { encode } from '../signAnew'
import type { Call, Params } from '../stage'
import { call, type IntendedDifference, isUntaken, sign } from './difference'
import { COPY } from './headers'

const NOW = 1_700_000_000

/** The template of the host, as far as a call has one. */
const domainOf = ({ method, options, params }: Call): string =>
  String(
    (method === 'getService' ? options.ServiceDomain : (params.Domain ?? options.Domain)) ?? '',
  )
const protocolOf = ({ options, params, method }: Call): string =>
  String((method === 'getObjectUrl' ? params.Protocol : undefined) ?? options.Protocol)

const keyOf = ({ options, provider }: Call): Params =>
  (provider?.answer as Params | undefined) ?? options
const tokenOf = (given: Call): string => {
  const { SecurityToken, XCosSecurityToken } = keyOf(given)
  return SecurityToken || XCosSecurityToken
}

/** From when to when a URL is good: from now on, and no longer than its key (defect 2). */
function urlTimeOf(given: Call): string {
  const { StartTime, ExpiredTime } = keyOf(given)
  const from = Math.round(NOW + (given.options.SystemClockOffset ?? 0) / 1000) - 1
  const start = Math.min(StartTime ?? from, from)
  const end = Math.min(from + Number(given.params.Expires ?? 900), ExpiredTime ?? Infinity)
  return `${start};${Math.max(end, start + 1)}`
}

export const ADDRESSES: IntendedDifference[] = [
  {
    reason: 'a key that COS refuses, or that would lead to another object, is not sent (defect 39)',
    example: call('deleteObject', { Key: 'pub/../secret.txt' }),
    concerns: ({ method, url }, given) =>
      'Key' in given.params &&
      isUntaken(given.params.Key) &&
      // What comes before the object itself is asked for.
      !(given.method === COPY && method === 'HEAD') &&
      !(given.method === 'abortUploadTask' && url.includes('uploads')),
    instead: () => undefined,
  },
  {
    reason: 'Protocol counts (defect 17)',
    example: call('headObject', { Key: 'k' }, { Protocol: 'http' }),
    concerns: ({ url }, given) =>
      /^http:?$/.test(protocolOf(given)) &&
      !given.params.Url &&
      !domainOf(given).includes('://') &&
      url.startsWith('https:'),
    instead: (sent) => ({ ...sent, url: sent.url.replace('https:', 'http:') }),
  },
  {
    reason: 'a Domain may have its scheme in capitals',
    example: call('headObject', { Key: 'k' }, { Domain: 'HTTPS://a.example.com' }),
    concerns: ({ url }, given) =>
      domainOf(given).startsWith('HTTPS:') && !given.params.Url && url.startsWith('https:'),
    instead: (sent) => ({ ...sent, url: sent.url.replace('https:', 'HTTPS:') }),
  },
  {
    reason: 'ForcePathStyle is possible, for buckets that still take it',
    example: call('headObject', { Key: 'k' }, { ForcePathStyle: true }),
    concerns: (_, given) =>
      given.options.ForcePathStyle &&
      !domainOf(given) &&
      !given.params.Url &&
      given.method !== 'getService',
    instead: (sent, given) => {
      const url = sent.url.replace(/\/\/([^.]+)\.([^/]+)/, '//$2/$1')
      const path = decodeURIComponent(/\/\/[^/]+([^?]*)/.exec(url)?.[1] ?? '')
      return given.params.Sign === false
        ? { ...sent, url }
        : sign({ ...sent, url }, given, { path })
    },
  },
  {
    reason: 'the path of a given Url is signed (defect 18)',
    example: call('request', { Method: 'GET', Url: 'https://ci.ap-guangzhou.myqcloud.com/jobs' }),
    concerns: (_, { method, params }) => method === 'request' && params.Url,
    instead: sign,
  },
  {
    reason: 'a token is encoded in a URL (defect 25)',
    example: call('getObjectUrl', { Key: 'k' }, { SecurityToken: 'a+b' }),
    concerns: ({ via, url }) => via === 'url' && url.includes('&x-cos-security-token='),
    instead: (sent, given) => {
      const token = tokenOf(given)
      return {
        ...sent,
        url: sent.url.replace(
          `&x-cos-security-token=${token}`,
          () => `&x-cos-security-token=${encode(token)}`,
        ),
      }
    },
  },
  {
    reason: 'what a backend wants along stands behind the signed parameters of a URL',
    example: {
      ...call('getObjectUrl', { Key: 'k', Query: { a: '1' } }),
      provider: {
        name: 'getAuthorization',
        answer: {
          TmpSecretId: 'a',
          TmpSecretKey: 'b',
          SecurityToken: 'c',
          ExpiredTime: NOW + 900,
          Token: 'd',
        },
      },
    },
    concerns: ({ via, url }, { provider }) =>
      via === 'url' && provider && /&(clientIP|clientUA|token)=/.test(url),
    instead: (sent, { params }) => {
      const along = sent.url.match(/&(clientIP|clientUA|token)=[^&]*/g)?.join('') ?? ''
      const raw = params.QueryString ? `&${params.QueryString}` : ''
      const rest = sent.url.replace(along, '')
      return { ...sent, url: rest.slice(0, rest.length - raw.length) + along + raw }
    },
  },
  {
    reason: 'a URL may sign its host when the other requests do not',
    example: call('getObjectUrl', { Key: 'k', ForceSignHost: true }, { ForceSignHost: false }),
    concerns: (sent, { params, options }) =>
      sent.via === 'url' &&
      sent.url.includes('q-sign') &&
      params.ForceSignHost &&
      options.ForceSignHost === false,
    instead: (sent, given) => sign(sent, given, { signsHost: true }),
  },
  {
    reason: 'a URL is good from now on, and no longer than its key (defect 2)',
    example: call(
      'getObjectUrl',
      { Key: 'k', Expires: 60 },
      { StartTime: NOW - 100, ExpiredTime: NOW + 10 },
    ),
    concerns: ({ via, url }, given) => {
      const { StartTime, ExpiredTime, Authorization } = keyOf(given)
      return via === 'url' && url.includes('q-sign') && !Authorization && (StartTime || ExpiredTime)
    },
    instead: (sent, given) => sign(sent, given, { keyTime: urlTimeOf(given) }),
  },
]
