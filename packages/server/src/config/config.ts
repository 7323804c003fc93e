import type { AccessRules } from '../access/rules'

/** What `cos.config.ts` holds: the one file a user of this kit edits. */
export interface CosConfig {
  /** CloudBase environment id, as the cloud console shows it. */
  env: string
  /** `name-1250000000` */
  bucket: string
  /** `ap-guangzhou` … */
  region: string
  /** Who may do what, by path. What no rule allows is refused. */
  access: AccessRules
  /** How long a key lives, in seconds: 900 to 7200. @default 1800 */
  keySeconds?: number
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
export function defineConfig(config: CosConfig): CosConfig {
  return config
}
