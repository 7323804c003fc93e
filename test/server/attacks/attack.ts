import { ALICE, BOB, HOST } from '../../support/testCloud'

/** Whoever is attacked, and who attacks. */
export const VICTIM = ALICE
export const ATTACKER = BOB
export const THEIRS = `private/${VICTIM}/`
export const OWN = `private/${ATTACKER}/`

/** What the victim's object holds: it must never be in an answer. */
export const SECRET = 'what only the victim may read'
/** Objects that must stay as they are. */
export const TREASURES = [
  `${THEIRS}diary.txt`,
  `${THEIRS}album/1.png`,
  `shared/${VICTIM}/photo.png`,
  'config/secret.json',
]

/** A request to COS that the rules do not grant, as the attacker would like to send it. */
export interface Attack {
  name: string
  /** @default 'GET' */
  method?: string
  /** Unencoded; empty for the bucket. @default '' */
  key?: string
  query?: Record<string, string>
  headers?: Record<string, string>
  /** Path and query as sent to COS, where they are not simply the encoded key and query. */
  path?: string
  /** Asked of cos-credentials, where the operation table cannot tell it. */
  scope?: { action: string; prefix: string }[]
  /** The attacker's OPENID, where it matters. */
  as?: string
  /**
   * COS takes the key letter by letter, and so it lies in the attacker's own folder: the request may
   * succeed there, and nobody else has anything of it.
   */
  isLiteral?: true
}

/** The name under which an attack is told: its characters visible. */
export function visible(text: string): string {
  return JSON.stringify(text.length > 140 ? `${text.slice(0, 140)}…` : text).replace(
    /[^\x20-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

export const BUCKET_HOST = HOST
