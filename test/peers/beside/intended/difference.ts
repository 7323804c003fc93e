import { type Signing, signAnew } from '../signAnew'
import type { Call, Params, Sent } from '../stage'

/** One way in which we differ on purpose from what cos-wx-sdk-v5 sends. */
export interface IntendedDifference {
  reason: string
  /** An input that shows it. */
  example: Call
  /** The requests that it concerns, by what was called and what cos-wx-sdk-v5 sends for it. */
  concerns: (sent: Sent, call: Call) => unknown
  /** What we send in place of it, to the letter, or that we send nothing. */
  instead: (sent: Sent, call: Call) => Sent | undefined
}

/** An input that cos-wx-sdk-v5 takes in another form only. */
export interface OtherInput {
  reason: string
  example: Call
  concerns: (call: Call) => unknown
  /** With which it says what we say. */
  ask: (call: Call) => Call
}

export const AT = { Bucket: 'test-1250000000', Region: 'ap-guangzhou' }
export const KEY_PAIR = { SecretId: 'AKIDexample', SecretKey: 'secret' }
export const FILES = { 'wxfile://f': new Uint8Array([1, 2, 3]) }

/** A call in a few words. */
export const call = (method: string, params: Params = {}, options: Params = {}): Call => ({
  method,
  params: { ...AT, ...params },
  options: { ...KEY_PAIR, ...options },
  files: FILES,
})

/** What a Domain puts in front of all paths. */
export const fixedPath = ({ options }: Call): string =>
  /^(?:\w+:\/\/)?[^/]*(.*)$/.exec((options.Domain ?? '').replace(/\/$/, ''))?.[1] ?? ''

/** The path of a request, without what a Domain puts in front of it: that is never signed. */
function signedPathOf({ url }: Sent, given: Call): string {
  const path = decodeURIComponent(/^https?:\/\/[^/?]*([^?]*)/i.exec(url)?.[1] ?? '')
  const fixed = fixedPath(given)
  return (path.startsWith(`${fixed}/`) ? path.slice(fixed.length) : path) || '/'
}

/** A changed request with its new signature; what a backend has signed stays as it is. */
export function sign(sent: Sent, given: Call, more: Partial<Signing> = {}): Sent {
  const answer = given.provider?.answer as Params | string | undefined
  if (typeof answer === 'string' || answer?.Authorization) return sent
  const SecretKey = answer?.TmpSecretKey ?? answer?.SecretKey ?? given.options.SecretKey
  return signAnew(sent, { SecretKey, path: signedPathOf(sent, given), ...more })
}

export const without = (sent: Sent, names: string[]): Sent => ({
  ...sent,
  header: Object.fromEntries(Object.entries(sent.header).filter(([name]) => !names.includes(name))),
})

/** Whether COS takes no such key (document 436/13324), or a phone's network makes it another one. */
export function isUntaken(given: unknown): boolean {
  const key = String(given).replace(/^\//, '')
  return (
    key === '' ||
    /^[/\\]/.test(key) ||
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the characters that the document names
    /[\x00\x18-\x1b]/.test(key) ||
    /\p{Surrogate}/u.test(key) ||
    Buffer.byteLength(key) > 850 ||
    key.split('/').some((segment) => segment === '.' || segment === '..')
  )
}
