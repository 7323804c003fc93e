import type { AccessRules } from '../access/accessRule'

/** `<bucket>.cos.<region>…`, `<bucket>.cos.accelerate…` (UseAccelerate), `cos.<region>…/<bucket>` (ForcePathStyle). */
export type AddressStyle = 'standard' | 'accelerate' | 'pathStyle'

/** What `cos.config.ts` holds: the one file a user of this kit edits. */
export interface CosConfig<Group extends string = string> {
  /** CloudBase environment id, as the cloud console shows it. */
  env: string
  /** `name-1250000000` */
  bucket: string
  /** `ap-guangzhou` … */
  region: string
  /** Further hosts of the bucket that requests may be signed for: custom domains. @default none */
  domains?: readonly string[]
  /**
   * Under which of COS's own hosts the app reaches the bucket, for the domain lists that `npm run domains`
   * prints; an app that uses nothing but custom domains has none. @default ['standard']
   */
  addresses?: readonly AddressStyle[]
  /** Further buckets the app sends requests to, for the same lists. Keys open none of them. @default none */
  otherBuckets?: readonly { bucket: string; region: string }[]
  /** The mini program's APPID. Set, it refuses calls of any other. @default any */
  appid?: string
  /** Named groups: OPENIDs, or UNIONIDs, of their members. @default none */
  groups?: { readonly [Name in Group]: readonly string[] }
  /** Who may do what, by path. What no rule allows is refused. */
  access: AccessRules<NoInfer<Group>>
  /** How long a key lives, in seconds: 900 to 7200. @default 1800 */
  keySeconds?: number
  /** Keys one caller can get from STS in a minute, per warm instance: 1 to 600. @default 30 */
  keysPerMinute?: number
}

/**
 * Declares the configuration; gives the editor its types.
 *
 * @example
 * export const config = defineConfig({
 *   env: 'my-env', bucket: 'media-1250000000', region: 'ap-guangzhou',
 *   access: { 'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'] } },
 * })
 */
export function defineConfig<const Group extends string = never>(
  config: CosConfig<Group>,
): CosConfig<Group> {
  return config
}
