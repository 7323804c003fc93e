import { keyProblem } from '@miniprogram-cos/protocol'

/** Emoji that are joined to one picture by an otherwise invisible character. */
const EMOJI_SEQUENCE =
  /\p{Extended_Pictographic}[\ufe0f\p{EMod}]?(?:\u200d\p{Extended_Pictographic}[\ufe0f\p{EMod}]?)+/gu

/**
 * Why a key must not go into a policy, or undefined if it may. Stricter than COS: policies know no
 * escape for `*`, know variables like `${uin}`, and servers differ in how often they decode; URL
 * libraries fold dot segments away.
 */
export function requestedKeyProblem(key: string): string | undefined {
  const problem = keyProblem(key)
  if (problem) return problem
  if (/[*?]/.test(key)) return 'it contains a wildcard'
  if (/[${}]/.test(key)) return 'it contains a template character'
  if (key.includes('%')) return 'it contains a percent sign'
  if (key.includes('\\')) return 'it contains a backslash'
  // Invisible and direction-changing characters make two keys look like one.
  const withoutFamilies = key.replace(EMOJI_SEQUENCE, '')
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]/u.test(withoutFamilies)) {
    return 'it contains an invisible or unassigned character'
  }
  if (key !== key.normalize('NFC')) return 'it is not in Unicode normal form C'
  const segments = key.split('/')
  // A trailing slash is a folder marker or a list prefix, and the only empty segment allowed.
  if (segments.slice(0, -1).includes('')) return 'it contains an empty segment'
  if (segments.some((segment) => /^\.+$/.test(segment))) return 'it contains a dot segment'
  if (segments.some((segment) => /[. ]$/.test(segment))) return 'a segment ends in a dot or space'
  return undefined
}
