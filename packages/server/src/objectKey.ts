import { keyProblem } from '@miniprogram-cos/protocol'

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
export function requestedKeyProblem(key: string, use: KeyUse = 'policy'): string | undefined {
  return keyProblem(key) ?? characterProblem(key, use) ?? segmentProblem(key)
}

function characterProblem(key: string, use: KeyUse): string | undefined {
  if (use === 'policy') {
    const [wildcard] = /[*?]/.exec(key) ?? []
    if (wildcard) {
      return `it contains "${wildcard}", a wildcard in policies: a key for a scope cannot name it, cos-signature can sign for it`
    }
    if (key.includes('\\')) {
      return 'it contains a backslash, "\\": a key for a scope cannot name it, cos-signature can sign for it'
    }
  }
  const [template] = /\$\{|\{openid\}/.exec(key) ?? []
  if (template) return `it contains "${template}", a template that nothing has filled in`
  // Decoded once more than it was encoded, it would be another key.
  const [encoded] = /%(?:[\da-f]{2}|u[\da-f]{4})/i.exec(key) ?? []
  if (encoded) {
    return `it contains a percent sign and two hex digits, "${encoded}": give the key as it is, not encoded`
  }
  // Invisible and direction-changing characters make two keys look like one.
  const [invisible] =
    /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]/u.exec(key.replace(EMOJI_SEQUENCE, '')) ?? []
  if (invisible) {
    const code = (invisible.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
    return `it contains an invisible or unassigned character, U+${code}`
  }
  if (key !== key.normalize('NFC')) return 'it is not in Unicode normal form C'
  return undefined
}

function segmentProblem(key: string): string | undefined {
  const segments = key.split(/[/\\]/)
  // A trailing slash is a folder marker or a list prefix, and the only empty segment allowed.
  if (segments.slice(0, -1).includes('')) return 'it contains an empty segment'
  if (segments.some((segment) => /^\.+$/.test(segment))) return 'it contains a dot segment'
  const wildcards = segments.find((segment) => /^[*?]+$/.test(segment))
  if (wildcards) return `a segment consists of wildcards, "${wildcards}"`
  if (segments.some((segment) => /[. ]$/.test(segment))) return 'a segment ends in a dot or space'
  return undefined
}
