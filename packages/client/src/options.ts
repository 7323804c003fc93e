import { type AddressOptions, CosError } from '@miniprogram-cos/protocol'
import type { GetAuthorization, GetSTS } from './credentials/answers'

/** Options of `new COS`. Names, meaning and defaults are those of the official quick start. */
export interface COSOptions extends AddressOptions {
  /** Default bucket for every call, `name-1250000000`. */
  Bucket?: string
  /** Default region for every call. */
  Region?: string
  /** A fixed key: for tests and tools only, never in an app's code. */
  SecretId?: string
  SecretKey?: string
  /** Token of a temporary key that is given directly. */
  SecurityToken?: string
  /** Older name of SecurityToken. */
  XCosSecurityToken?: string
  /** Unix seconds: validity of a temporary key that is given directly. */
  StartTime?: number
  ExpiredTime?: number
  /** Gives a temporary key, or a signature, for a request. */
  getAuthorization?: GetAuthorization
  /** Older form of getAuthorization: always a temporary key. */
  getSTS?: GetSTS
  /** Deprecated: appended to a Bucket without it. */
  AppId?: string | number
  /** Uploads that run at a time; the others wait. @default 3 */
  FileParallelLimit?: number
  /** Finished tasks that the task list keeps. @default 10000 */
  UploadQueueSize?: number
  /** Unfinished uploads that are remembered across restarts of the app. @default 50 */
  UploadIdCacheLimit?: number
  /** Parts of one copy at a time; no more than WeChat's 10. @default 10 */
  CopyChunkParallelLimit?: number
  /** Bytes of a copied part; at least 1 MiB. @default 10485760 */
  CopyChunkSize?: number
  /** Objects larger than this many bytes are copied in parts. @default 10485760 */
  CopySliceSize?: number
  /** Tries of a part after the first. @default 3 */
  ChunkRetryTimes?: number
  /**
   * Parts of one file that are sent at a time; WeChat allows 10 requests in all, and all uploads together send
   * 8. With 'auto' it follows the measured speed, between 2 and 8. @default 3
   */
  ChunkParallelLimit?: number | 'auto'
  /** Bytes; at least 1 MiB. Grows by itself so that a file needs at most 10,000 parts. @default 1048576 */
  ChunkSize?: number
  /** Files larger than this many bytes are uploaded in parts. @default 1048576 */
  SliceSize?: number
  /** Milliseconds between two onProgress calls. @default 1000 */
  ProgressInterval?: number
  /** Milliseconds for one request; 0 leaves it to WeChat, which takes 60000. @default 0 */
  Timeout?: number
  /** Sends an MD5 with every upload. Slow on phones: about 0.1 s per MB. @default false */
  UploadCheckContentMd5?: boolean
  /** Keeps the content's MD5 with objects that putObject makes, as `x-cos-meta-md5`. @default false */
  UploadAddMetaMd5?: boolean
  /** How uploadFile sends small files. @default 'postObject' */
  SimpleUploadMethod?: 'postObject' | 'putObject'
  /** Learns the difference between this clock and the server's. @default true */
  CorrectClockSkew?: boolean
  /** Milliseconds to add to this clock. @default 0 */
  SystemClockOffset?: number
  /** Lets WeChat resolve names by this HTTPDNS service. */
  HttpDNSServiceId?: string
  /** Signs the Host header. @default true */
  ForceSignHost?: boolean
}

/** All options, defaults filled in. Kept as `cos.options` and read at each use. */
export type ResolvedOptions = COSOptions & typeof DEFAULTS

const MIB = 1024 * 1024

const DEFAULTS = {
  FileParallelLimit: 3,
  UploadQueueSize: 10_000,
  UploadIdCacheLimit: 50,
  CopyChunkParallelLimit: 10,
  CopyChunkSize: 10 * MIB,
  CopySliceSize: 10 * MIB,
  ChunkRetryTimes: 3,
  ChunkParallelLimit: 3 as number | 'auto',
  ChunkSize: MIB,
  SliceSize: MIB,
  ProgressInterval: 1000,
  Timeout: 0,
  UploadCheckContentMd5: false,
  UploadAddMetaMd5: false,
  SimpleUploadMethod: 'postObject' as 'postObject' | 'putObject',
  CorrectClockSkew: true,
  SystemClockOffset: 0,
  ForceSignHost: true,
  UseAccelerate: false,
  ForcePathStyle: false,
  Protocol: 'https:',
}

/** Lower bounds, as the official client clamps them. */
const MINIMUM: Partial<Record<keyof typeof DEFAULTS, number>> = {
  FileParallelLimit: 1,
  UploadQueueSize: 1,
  UploadIdCacheLimit: 0,
  CopyChunkParallelLimit: 1,
  CopyChunkSize: MIB,
  CopySliceSize: 0,
  ChunkRetryTimes: 0,
  ChunkParallelLimit: 1,
  ChunkSize: MIB,
  SliceSize: 0,
  ProgressInterval: 0,
  Timeout: 0,
}

/**
 * Fills in defaults; an explicit `undefined` means default too.
 * @throws CosError `KitInvalidOption`
 */
export function resolveOptions(given: COSOptions): ResolvedOptions {
  const options: Record<string, unknown> = { ...DEFAULTS }
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined && value !== null) options[name] = value
  }
  for (const [name, fallback] of Object.entries(DEFAULTS)) {
    const value = options[name]
    if (name === 'ChunkParallelLimit' && value === 'auto') continue
    if (typeof value !== typeof fallback || Number.isNaN(value)) {
      throw new CosError({
        kind: 'argument',
        code: 'KitInvalidOption',
        message: `option ${name} must be a ${typeof fallback}, got ${JSON.stringify(value)}`,
      })
    }
    const minimum = MINIMUM[name as keyof typeof DEFAULTS]
    if (minimum !== undefined) options[name] = Math.max(minimum, value as number)
  }
  for (const name of ['SecretId', 'SecretKey']) {
    if (typeof options[name] === 'string' && /\s/.test(options[name] as string)) {
      throw new CosError({
        kind: 'argument',
        code: 'KitInvalidOption',
        message: `option ${name} contains white space`,
      })
    }
  }
  options.SecurityToken = options.SecurityToken || options.XCosSecurityToken
  return options as unknown as ResolvedOptions
}
