import type { Claims } from '../access/grants'
import type { Caller } from './readCaller'

/** What the rules may ask of a caller: their OPENID, and the groups that list it or their UNIONID. */
export function claimsOf(
  { openid, unionid }: Caller,
  groups: Record<string, readonly string[]>,
): Claims {
  const isMember = (members: readonly string[]) =>
    members.includes(openid) || (unionid !== undefined && members.includes(unionid))
  return { openid, groups: Object.keys(groups).filter((name) => isMember(groups[name] ?? [])) }
}
