import type { LocalCloudOptions } from '@miniprogram-cos/local-cloud'
import { ALICE, BOB, HOST, type TestCloud, useTestCloud } from '../../support/testCloud'

/** The attacked user, and the attacker. */
export const VICTIM = ALICE
export const ATTACKER = BOB
export const THEIRS = `private/${VICTIM}/`
export const OWN = `private/${ATTACKER}/`

/** Content of the attacked objects: it must not be in any response. */
export const SECRET = 'what only the victim may read'
/** Objects that must not change. */
export const TREASURES = [
  `${THEIRS}diary.txt`,
  `${THEIRS}album/1.png`,
  `shared/${VICTIM}/photo.png`,
  'config/secret.json',
]

/** A request to COS that exceeds the attacker's grants. */
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
  /** Scope to request from cos-credentials. @default by method and key */
  scope?: { action: string; prefix: string }[]
  /** The attacker's OPENID, where it matters. */
  as?: string
  /**
   * COS takes the key literally, so it lies in the attacker's own folder: the request may succeed there without
   * affecting any other user.
   */
  isLiteral?: true
}

/** Text for a test title, with invisible characters escaped. */
export function visible(text: string): string {
  return JSON.stringify(text.length > 140 ? `${text.slice(0, 140)}…` : text).replace(
    /[^\x20-\x7e]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

const ACTIONS: Record<string, string> = {
  GET: 'GetObject',
  PUT: 'PutObject',
  DELETE: 'DeleteObject',
  HEAD: 'HeadObject',
}

/** The event for cos-credentials: the scope that the official client would request. */
export const scopeEvent = ({ scope, method = 'GET', key = '' }: Attack) => ({
  scope: scope ?? [{ action: `name/cos:${ACTIONS[method]}`, prefix: key }],
})

/** The event for cos-signature. */
export const signatureEvent = ({ method = 'GET', key = '', query, headers }: Attack) => ({
  Method: method,
  Key: key,
  Query: query,
  Headers: { Host: HOST, ...headers },
})

/** A local cloud for the tests of the calling file, and how often STS was called in the present test. */
export function useCountedCloud(options: Partial<LocalCloudOptions> = {}): {
  cloud: TestCloud
  sts: { calls: number }
} {
  const sts = { calls: 0 }
  const cloud = useTestCloud({ ...options, onStsRequest: () => void sts.calls++ })
  beforeEach(() => {
    sts.calls = 0
  })
  return { cloud, sts }
}
