import { createHmac, randomBytes } from 'node:crypto'
import type { Policy } from '../cos/policy/policy'
import { openToken, sealToken } from './sealedToken'

export interface KeyPair {
  SecretId: string
  SecretKey: string
}

export interface TemporaryKey extends KeyPair {
  Token: string
  /** Unix seconds. */
  ExpiredTime: number
}

/** What a temporary key stands for. */
export interface Session {
  SecretId: string
  /** Who asked for it: GetFederationToken's `Name`. */
  name: string
  policy: Policy
  /** A second policy that must allow too: what a role may do at the most. */
  boundary?: Policy
  /** Unix seconds. */
  ExpiredTime: number
}

export type TokenCheck =
  | { state: 'valid'; session: Session; SecretKey: string }
  | { state: 'expired' }
  | { state: 'foreign' }

const KEPT_SESSIONS = 100

/** The keys that the local cloud knows: one root pair, and the temporary keys derived from it. */
export class KeyRing {
  readonly root: KeyPair
  /** UIN of the root account, and the APPID its buckets carry. */
  readonly ownerUin: string
  readonly appid: string
  readonly #issued: Session[] = []

  constructor(root: KeyPair, appid: string, ownerUin = '100000000001') {
    this.root = root
    this.appid = appid
    this.ownerUin = ownerUin
  }

  /** The temporary keys issued last, newest first: who asked, what for, until when. No secrets. */
  get issued(): readonly Session[] {
    return this.#issued
  }

  issue(name: string, policy: Policy, ExpiredTime: number, boundary?: Policy): TemporaryKey {
    const SecretId = `AKID${randomBytes(24).toString('base64url')}`
    const session: Session = {
      SecretId,
      name,
      policy,
      ExpiredTime,
      ...(boundary ? { boundary } : {}),
    }
    this.#issued.unshift(session)
    if (this.#issued.length > KEPT_SESSIONS) this.#issued.pop()
    return {
      SecretId,
      SecretKey: this.#secretOf(SecretId),
      Token: sealToken(session, this.root.SecretKey),
      ExpiredTime,
    }
  }

  /** Whether a token is ours, belongs to this SecretId and still lives. */
  check(SecretId: string, token: string, now: number): TokenCheck {
    const session = openToken(token, this.root.SecretKey) as Session | undefined
    if (!session || session.SecretId !== SecretId) return { state: 'foreign' }
    if (session.ExpiredTime <= now) return { state: 'expired' }
    return { state: 'valid', session, SecretKey: this.#secretOf(SecretId) }
  }

  #secretOf(SecretId: string): string {
    return createHmac('sha256', this.root.SecretKey)
      .update(SecretId)
      .digest('base64url')
      .slice(0, 32)
  }
}
