import type { KeyRing, Session } from '../../keys/keyRing'
import { Fault } from '../answer/fault'

/** Who sent a request. */
export type Principal =
  | { kind: 'anonymous' }
  | { kind: 'root'; SecretId: string }
  | { kind: 'temporary'; SecretId: string; session: Session }

/** The secret of a SecretId, and whose it is. A temporary key is nothing without its token. */
export function findKey(
  SecretId: string,
  token: string | undefined,
  keys: KeyRing,
  now: number,
): { principal: Principal; SecretKey: string } {
  if (SecretId === keys.root.SecretId) {
    return { principal: { kind: 'root', SecretId }, SecretKey: keys.root.SecretKey }
  }
  if (!token) throw new Fault('InvalidAccessKeyId')
  const check = keys.check(SecretId, token, now)
  if (check.state === 'expired') throw new Fault('ExpiredToken')
  if (check.state === 'foreign') throw new Fault('InvalidAccessKeyId')
  return {
    principal: { kind: 'temporary', SecretId, session: check.session },
    SecretKey: check.SecretKey,
  }
}
