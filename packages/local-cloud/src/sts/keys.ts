import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Policy } from '../cos/parsePolicy'

export interface KeyPair {
  SecretId: string
  SecretKey: string
}

export interface TemporaryKey extends KeyPair {
  Token: string
  /** Unix seconds. */
  ExpiredTime: number
}

/** The identity and permissions of a temporary key. */
export interface Session {
  SecretId: string
  /** `Name` of GetFederationToken, or `RoleSessionName` of AssumeRole. */
  name: string
  policy: Policy
  /** The policy of the role, which must also allow an action. */
  boundary?: Policy
  /** Unix seconds. */
  ExpiredTime: number
}

type TokenCheck =
  | { state: 'valid'; session: Session; SecretKey: string }
  | { state: 'expired' }
  | { state: 'foreign' }

const MAX_SESSIONS = 100

/** The root key of the local cloud, and the temporary keys derived from it. */
export class KeyRing {
  readonly root: KeyPair
  /** UIN of the root account. */
  readonly ownerUin: string
  /** APPID of its buckets. */
  readonly appid: string
  readonly #issued: Session[] = []

  constructor(root: KeyPair, appid: string, ownerUin = '100000000001') {
    this.root = root
    this.appid = appid
    this.ownerUin = ownerUin
  }

  /** The last 100 temporary keys, newest first, without their secrets. */
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
    if (this.#issued.length > MAX_SESSIONS) this.#issued.pop()
    return {
      SecretId,
      SecretKey: this.#secretOf(SecretId),
      Token: encryptToken(session, this.root.SecretKey),
      ExpiredTime,
    }
  }

  /** Checks a token's authenticity, SecretId and expiry. @param now Unix seconds */
  check(SecretId: string, token: string, now: number): TokenCheck {
    const session = decryptToken(token, this.root.SecretKey)
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

/**
 * Creates a session token, which contains its session, encrypted and authenticated with the root secret. The local cloud
 * stores no tokens, so they are still valid after a restart.
 */
function encryptToken(content: Session, rootSecret: string): string {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', tokenKey(rootSecret), iv)
  const body = Buffer.concat([
    cipher.update(deflateRawSync(JSON.stringify(content))),
    cipher.final(),
  ])
  return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')
}

/** @returns undefined for a token that was not created with this secret */
function decryptToken(token: string, rootSecret: string): Session | undefined {
  try {
    const raw = Buffer.from(token, 'base64url')
    // Decoding ignores characters outside base64url; COS compares tokens byte by byte.
    if (raw.toString('base64url') !== token) return undefined
    const decipher = createDecipheriv('aes-256-gcm', tokenKey(rootSecret), raw.subarray(0, 12))
    decipher.setAuthTag(raw.subarray(12, 28))
    const text = Buffer.concat([decipher.update(raw.subarray(28)), decipher.final()])
    return JSON.parse(inflateRawSync(text).toString('utf8'))
  } catch {
    return undefined
  }
}

function tokenKey(rootSecret: string): Buffer {
  return createHash('sha256').update(`local-cloud session token\0${rootSecret}`).digest()
}
