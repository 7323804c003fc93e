import type { CloudOptions } from 'miniprogram-cos'

/**
 * How the app reaches the cloud. Where `cos.config.ts` has a quota, uploads need
 * `{ mode: 'signature', SliceSize: 1024 ** 3 }`: the function signs each one, in one piece.
 */
export const CLOUD: CloudOptions = { functionName: 'cos-credentials' }

/** Parts of the app that need more than the first rules of `cos.config.ts`: see this folder's README. */
export const FEATURES = {
  /** The rule of `private/` has a `quota`: shows how much of it is used. */
  quota: false,
  /** The rule of `private/` has a `trash`: shows what was deleted. */
  trash: false,
  /** There are rules for `incoming/` and `shared/`: files are reviewed before others see them. */
  review: false,
  /** The rule of `private/` has `videoCovers`: shows video snapshots, which COS bills. */
  videoCovers: false,
}
