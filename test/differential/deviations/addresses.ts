import type { Call, Params } from '../harness'
import { encode } from '../resign'
import { call, type Deviation, isRejectedKey, sign } from './deviation'
import { COPY } from './headers'

const NOW = 1_700_000_000

/** The host template of the call, or ''. */
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

/** Validity of a URL: from now on, and no longer than its credential (defect 2). */
function urlTimeOf(given: Call): string {
  const { StartTime, ExpiredTime } = keyOf(given)
  const from = Math.round(NOW + (given.options.SystemClockOffset ?? 0) / 1000) - 1
  const start = Math.min(StartTime ?? from, from)
  const end = Math.min(from + Number(given.params.Expires ?? 900), ExpiredTime ?? Infinity)
  return `${start};${Math.max(end, start + 1)}`
}

export const ADDRESSES: Deviation[] = [
  {
    reason:
      'a key that COS rejects, or that would resolve to another object, is not sent (defect 39)',
    example: call('deleteObject', { Key: 'pub/../secret.txt' }),
    appliesTo: ({ method, url }, given) =>
      'Key' in given.params &&
      isRejectedKey(given.params.Key) &&
      // The HEAD of the copy source comes first.
      !(given.method === COPY && method === 'HEAD') &&
      !(given.method === 'abortUploadTask' && url.includes('uploads')),
    toOurs: () => undefined,
  },
  {
    reason: 'the Protocol option takes effect (defect 17)',
    example: call('headObject', { Key: 'k' }, { Protocol: 'http' }),
    appliesTo: ({ url }, given) =>
      /^http:?$/.test(protocolOf(given)) &&
      !given.params.Url &&
      !domainOf(given).includes('://') &&
      url.startsWith('https:'),
    toOurs: (sent) => ({ ...sent, url: sent.url.replace('https:', 'http:') }),
  },
  {
    reason: 'the scheme of a Domain option is case-insensitive',
    example: call('headObject', { Key: 'k' }, { Domain: 'HTTPS://a.example.com' }),
    appliesTo: ({ url }, given) =>
      domainOf(given).startsWith('HTTPS:') && !given.params.Url && url.startsWith('https:'),
    toOurs: (sent) => ({ ...sent, url: sent.url.replace('https:', 'HTTPS:') }),
  },
  {
    reason: 'ForcePathStyle works, for buckets that still accept it',
    example: call('headObject', { Key: 'k' }, { ForcePathStyle: true }),
    appliesTo: (_, given) =>
      given.options.ForcePathStyle &&
      !domainOf(given) &&
      !given.params.Url &&
      given.method !== 'getService',
    toOurs: (sent, given) => {
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
    appliesTo: (_, { method, params }) => method === 'request' && params.Url,
    toOurs: sign,
  },
  {
    reason: 'the security token is percent-encoded in a URL (defect 25)',
    example: call('getObjectUrl', { Key: 'k' }, { SecurityToken: 'a+b' }),
    appliesTo: ({ via, url }) => via === 'url' && url.includes('&x-cos-security-token='),
    toOurs: (sent, given) => {
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
    reason: 'extra parameters from a backend follow the signed parameters of a URL',
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
    appliesTo: ({ via, url }, { provider }) =>
      via === 'url' && provider && /&(clientIP|clientUA|token)=/.test(url),
    toOurs: (sent, { params }) => {
      const along = sent.url.match(/&(clientIP|clientUA|token)=[^&]*/g)?.join('') ?? ''
      const raw = params.QueryString ? `&${params.QueryString}` : ''
      const rest = sent.url.replace(along, '')
      return { ...sent, url: rest.slice(0, rest.length - raw.length) + along + raw }
    },
  },
  {
    reason: 'ForceSignHost of getObjectUrl overrides the option',
    example: call('getObjectUrl', { Key: 'k', ForceSignHost: true }, { ForceSignHost: false }),
    appliesTo: (sent, { params, options }) =>
      sent.via === 'url' &&
      sent.url.includes('q-sign') &&
      params.ForceSignHost &&
      options.ForceSignHost === false,
    toOurs: (sent, given) => sign(sent, given, { signsHost: true }),
  },
  {
    reason: 'a URL is valid from now on, and no longer than its credential (defect 2)',
    example: call(
      'getObjectUrl',
      { Key: 'k', Expires: 60 },
      { StartTime: NOW - 100, ExpiredTime: NOW + 10 },
    ),
    appliesTo: ({ via, url }, given) => {
      const { StartTime, ExpiredTime, Authorization } = keyOf(given)
      return via === 'url' && url.includes('q-sign') && !Authorization && (StartTime || ExpiredTime)
    },
    toOurs: (sent, given) => sign(sent, given, { keyTime: urlTimeOf(given) }),
  },
]
