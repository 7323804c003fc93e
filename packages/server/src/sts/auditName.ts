import { createHash } from 'node:crypto'

/**
 * The `Name` of a caller's keys in Tencent's audit log: letters only, as STS demands, the same for the
 * same user, and not reversible to the OPENID.
 */
export function auditName(openid: string): string {
  const hex = createHash('sha256').update(openid).digest('hex').slice(0, 24)
  return hex.replace(/./g, (digit) => String.fromCharCode(97 + Number.parseInt(digit, 16)))
}
