import { keyProblem } from '@miniprogram-cos/protocol'
import { Reason } from './errors'

/** Emoji that are joined to one picture by an otherwise invisible character. */
const EMOJI_SEQUENCE =
  /\p{Extended_Pictographic}[\ufe0f\p{EMod}]?(?:\u200d\p{Extended_Pictographic}[\ufe0f\p{EMod}]?)+/gu

/**
 * The use of a key: in a `policy`, where `*` and `?` are wildcards and a backslash may be an escape,
 * or in a signed `request`, where every character is only itself.
 */
export type KeyUse = 'policy' | 'request'

/**
 * Why a key is refused, or undefined if it is not; names the character. Stricter than COS: policies know no escape
 * for `*`, and know variables like `${uin}`; servers differ in how often they decode; URL libraries fold dot segments
 * and backslashes away.
 */
export function keyReason(key: string, use: KeyUse = 'policy'): Reason | undefined {
  const problem = keyProblem(key)
  if (problem) return new Reason('keyRefusedByCos', { problem })
  return characterReason(key, use) ?? segmentReason(key)
}

/** The reason of `keyReason` as text. */
export function requestedKeyProblem(key: string, use?: KeyUse): string | undefined {
  return keyReason(key, use)?.toString()
}

function characterReason(key: string, use: KeyUse): Reason | undefined {
  if (use === 'policy') {
    const [wildcard] = /[*?]/.exec(key) ?? []
    if (wildcard) return new Reason('keyWithWildcard', { text: wildcard })
    if (key.includes('\\')) return new Reason('keyWithBackslash')
  }
  const [template] = /\$\{|\{openid\}/.exec(key) ?? []
  if (template) return new Reason('keyWithTemplate', { text: template })
  // Decoded once more than it was encoded, it would be another key.
  const [encoded] = /%(?:[\da-f]{2}|u[\da-f]{4})/i.exec(key) ?? []
  if (encoded) return new Reason('keyEncoded', { text: encoded })
  // Invisible and direction-changing characters make two keys look like one.
  const [invisible] =
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]/u.exec(key.replace(EMOJI_SEQUENCE, '')) ?? []
  if (invisible) {
    const text = (invisible.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    return new Reason('keyWithInvisible', { text })
  }
  return key === key.normalize('NFC') ? undefined : new Reason('keyNotNormalized')
}

/** Whether a server or library on the way could take the key for another one. */
export const hasDotSegment = (key: string): boolean =>
  key.split(/[/\\]/).some((segment) => /^\.+$/.test(segment))

function segmentReason(key: string): Reason | undefined {
  const segments = key.split(/[/\\]/)
  // A trailing slash is a folder marker or a list prefix, and the only empty segment allowed.
  if (segments.slice(0, -1).includes('')) return new Reason('keyWithEmptySegment')
  if (hasDotSegment(key)) return new Reason('keyWithDotSegment')
  const wildcards = segments.find((segment) => /^[*?]+$/.test(segment))
  if (wildcards) return new Reason('keyWithWildcardSegment', { text: wildcards })
  return segments.some((segment) => /[. ]$/.test(segment)) ? new Reason('keySegmentEnd') : undefined
}
