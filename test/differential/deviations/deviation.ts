import { AT } from '../../support/fakePhone'
import type { Call, Params, Sent } from '../harness'
import { resign, type Signing } from '../resign'

/** One intended difference between our requests and those of cos-wx-sdk-v5. */
export interface Deviation {
  reason: string
  /** An input for which the deviation applies. */
  example: Call
  /** The requests to which it applies, by what was called and what cos-wx-sdk-v5 sends for it. */
  appliesTo: (sent: Sent, call: Call) => unknown
  /** The exact request we send in its place; undefined when we send none. */
  toOurs: (sent: Sent, call: Call) => Sent | undefined
}

/** An input that cos-wx-sdk-v5 accepts only in another form. */
export interface InputDeviation {
  reason: string
  example: Call
  appliesTo: (call: Call) => unknown
  /** The call in the form that cos-wx-sdk-v5 accepts. */
  toOfficial: (call: Call) => Call
}

export const KEY_PAIR = { SecretId: 'AKIDexample', SecretKey: 'secret' }
export const FILES = { 'wxfile://f': new Uint8Array([1, 2, 3]) }

/** A call with default bucket, key pair and file. */
export const call = (method: string, params: Params = {}, options: Params = {}): Call => ({
  method,
  params: { ...AT, ...params },
  options: { ...KEY_PAIR, ...options },
  files: FILES,
})

/** The path prefix that a Domain option adds to every path. */
export const fixedPath = ({ options }: Call): string =>
  /^(?:\w+:\/\/)?[^/]*(.*)$/.exec((options.Domain ?? '').replace(/\/$/, ''))?.[1] ?? ''

/** The signed path: without the prefix of a Domain option, which is never signed. */
function signedPathOf({ url }: Sent, given: Call): string {
  const path = decodeURIComponent(/^https?:\/\/[^/?]*([^?]*)/i.exec(url)?.[1] ?? '')
  const fixed = fixedPath(given)
  return (path.startsWith(`${fixed}/`) ? path.slice(fixed.length) : path) || '/'
}

/** Signs a changed request again; a signature made by a backend is kept. */
export function sign(sent: Sent, given: Call, more: Partial<Signing> = {}): Sent {
  const answer = given.provider?.answer as Params | string | undefined
  if (typeof answer === 'string' || answer?.Authorization) return sent
  const SecretKey = answer?.TmpSecretKey ?? answer?.SecretKey ?? given.options.SecretKey
  return resign(sent, { SecretKey, path: signedPathOf(sent, given), ...more })
}

export const without = (sent: Sent, names: string[]): Sent => ({
  ...sent,
  header: Object.fromEntries(Object.entries(sent.header).filter(([name]) => !names.includes(name))),
})

/** Whether COS rejects such a key (document 436/13324), or a phone's network layer changes it. */
export function isRejectedKey(given: unknown): boolean {
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
