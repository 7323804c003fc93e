import type { Verb } from '@miniprogram-cos/protocol'

export type { Verb }

/** What a rule can allow. */
export const VERBS: readonly Verb[] = ['read', 'write', 'delete', 'list']

/** A number of bytes, or text like `'20 MB'`; a KB is 1024 bytes. */
export type Size = number | `${number} ${'B' | 'KB' | 'MB' | 'GB'}`

/** Who may do what below one path, and what they may put there. What it does not say is not allowed. */
export interface AccessRule<Group extends string = string> {
  /** The user whose OPENID stands in the path. */
  owner?: readonly Verb[]
  /** Any signed-in user of the mini program, in every user's folder. */
  everyone?: readonly Verb[]
  /** Members of the config's `groups`, in every user's folder. */
  groups?: { readonly [Name in Group]?: readonly Verb[] }
  /**
   * Largest object, at most 5 GB. COS can check it only on uploads in one request, so that such a folder
   * takes no uploads in parts: set the client's `SliceSize` to the same. @default no limit
   */
  maxSize?: Size
  /** Content types that may be written: `'image/*'`, `'video/mp4'`. @default any */
  types?: readonly `${string}/${string}`[]
  /**
   * `false`: an object that exists is not replaced. No key can be bound to that, so uploads need the
   * function cos-signature. For buckets without versioning. @default true
   */
  overwrite?: false
  /** `'server'`: the functions choose the names of new objects. @default the app chooses */
  names?: 'server'
}

/** Path patterns like `private/{openid}/**` and their rules. */
export type AccessRules<Group extends string = string> = {
  readonly [path: `${string}/**`]: AccessRule<Group>
}

/** Stands for the caller's OPENID: a whole segment of a path. */
export const OPENID = '{openid}'

/** A rule that has been read and checked. */
export interface Rule {
  pattern: string
  /** The pattern without its `/**`. */
  segments: string[]
  owner: Verb[]
  everyone: Verb[]
  groups: Record<string, Verb[]>
  maxBytes?: number
  types?: string[]
  overwrite: boolean
  names: 'app' | 'server'
}
