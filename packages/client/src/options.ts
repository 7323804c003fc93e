import {
  type AddressOptions,
  argumentError,
  type CopySourceParser,
} from '@miniprogram-cos/protocol'
import type { GetAuthorization, GetSTS } from './credentials/provider'

/** Options of `new COS`. Names, meaning and defaults are those of the official quick start. */
export interface COSOptions extends AddressOptions {
  /** Default bucket for every call, `name-1250000000`. */
  Bucket?: string
  /** Default region for every call. */
  Region?: string
  /** A permanent key: for tests and tools only, never in the code of a mini program. */
  SecretId?: string
  /** The secret of SecretId. */
  SecretKey?: string
  /** Token of a temporary key in SecretId and SecretKey. */
  SecurityToken?: string
  /** Older name of SecurityToken. */
  XCosSecurityToken?: string
  /** Start of the validity of a temporary key in SecretId and SecretKey, in Unix seconds. */
  StartTime?: number
  /** End of that validity, in Unix seconds. */
  ExpiredTime?: number
  /**
   * Provides a temporary key, or a signature, for a request. If it cannot be reached three times in a row, it is not
   * called for 2 s, then up to 60 s; the error states the remaining time.
   */
  getAuthorization?: GetAuthorization
  /** Older form of getAuthorization: always a temporary key. */
  getSTS?: GetSTS
  /** Deprecated: appended to a Bucket without it. */
  AppId?: string | number
  /**
   * Concurrent uploads; the others wait. All clients of an app together send at most 8 at a time. 'auto' adapts the
   * number to the measured speed, between 2 and 8, which is much faster for many small files. @default 3
   */
  FileParallelLimit?: number | 'auto'
  /** Finished tasks that the task list keeps. @default 10000 */
  UploadQueueSize?: number
  /**
   * Unfinished uploads that are stored, so that they can be resumed after a restart of the app; as many unfinished
   * downloads are stored as well. An upload that is not stored, because the storage is full or the limit is 0, is
   * aborted when it fails or is cancelled. @default 50
   */
  UploadIdCacheLimit?: number
  /** Concurrent parts of one copy; at most 10, WeChat's limit of concurrent requests. @default 10 */
  CopyChunkParallelLimit?: number
  /** Bytes of a copied part; at least 1 MiB. @default 10485760 */
  CopyChunkSize?: number
  /** Objects larger than this many bytes are copied in parts. @default 10485760 */
  CopySliceSize?: number
  /** Retries of a part. @default 3 */
  ChunkRetryTimes?: number
  /**
   * Concurrent parts of one file. All uploads of an app together send at most 8 requests at a time, of the 10 that
   * WeChat permits. 'auto' adapts the number to the measured speed, between 2 and 8. @default 3
   */
  ChunkParallelLimit?: number | 'auto'
  /** Bytes of a part; at least 1 MiB. Increased for files that would need more than MaxPartNumber parts. @default 1048576 */
  ChunkSize?: number
  /** Maximum number of parts of a file; 1024 to 10000, COS's limit (document 436/14112). @default 10000 */
  MaxPartNumber?: number
  /** Files larger than this many bytes are uploaded in parts. @default 1048576 */
  SliceSize?: number
  /** Milliseconds between two onProgress calls. @default 1000 */
  ProgressInterval?: number
  /** Timeout of one request in milliseconds; 0 uses WeChat's default of 60000. @default 0 */
  Timeout?: number
  /** Sends an MD5 with every upload, computed as for VerifyUpload. @default false */
  UploadCheckContentMd5?: boolean
  /**
   * Compares uploads with the ETag or the CRC64 of the stored content; a difference fails the upload with
   * `KitContentMismatch`. By default only files sent in one request are compared, because the system computes their MD5
   * outside the app's thread. `true` also compares every part and every buffer or text, in JavaScript, in slices of
   * 4 ms: 0.1 s per MB where WeChat has no JIT. `false` compares nothing. Pictures that COS processes during the upload
   * are not compared. @default undefined
   */
  VerifyUpload?: boolean
  /**
   * Compares the content read by downloadFile, and by getObject with `DataType: 'arraybuffer'`, with the CRC64 of the
   * object, in JavaScript as VerifyUpload does; a difference is a `KitDamagedDownload` or a `KitContentMismatch`. Without
   * the option, only files fetched in ranges are compared, by the system's MD5 if the ETag is an MD5. Requested ranges
   * and processed pictures are never compared. @default false
   */
  VerifyDownload?: boolean
  /** Stores the content's MD5 as `x-cos-meta-md5` of objects created by putObject. @default false */
  UploadAddMetaMd5?: boolean
  /** How uploadFile sends small files. @default 'postObject' */
  SimpleUploadMethod?: 'postObject' | 'putObject'
  /** Corrects for the difference between this clock and the server's. @default true */
  CorrectClockSkew?: boolean
  /** Milliseconds to add to this clock. @default 0 */
  SystemClockOffset?: number
  /** Resolves names by this HTTPDNS service: sets enableHttpDNS and httpDNSServiceId. */
  HttpDNSServiceId?: string
  /**
   * Passed to wx.request, wx.uploadFile and wx.downloadFile: HTTP/2. Base library 2.10.4.
   * @default what WeChat does without it
   */
  enableHttp2?: boolean
  /**
   * Passed to wx.request, wx.uploadFile and wx.downloadFile: QUIC, HTTP/3 on newer versions. Base library 2.10.4. COS
   * itself has no QUIC; a custom domain of EdgeOne has (document 436/116373).
   * @default what WeChat does without it
   */
  enableQuic?: boolean
  /**
   * Passed to wx.request: a faster network stack. Base library 3.3.3; only Android.
   * @default what WeChat does without it: true on Android since 3.5.0
   */
  useHighPerformanceMode?: boolean
  /**
   * Passed to wx.request: resolves names by the HTTPDNS service httpDNSServiceId. Base library 2.19.1.
   * @default what WeChat does without it
   */
  enableHttpDNS?: boolean
  /** Passed to wx.request: the HTTPDNS service that enableHttpDNS uses. Base library 2.19.1. */
  httpDNSServiceId?: string
  /** Signs the Host header. @default true */
  ForceSignHost?: boolean
  /**
   * If COS cannot be reached, retries at its second domain, `tencentcos.cn`, which must also be among the mini program's
   * server domains. Applies to requests that the client signs itself, to `<Bucket>.cos.<Region>.myqcloud.com`.
   * @default false
   */
  AutoSwitchHost?: boolean
  /** Parses the source of a copy that does not have the form `<Bucket>.cos.<Region>.myqcloud.com/<Key>`. */
  CopySourceParser?: CopySourceParser
  /**
   * Refuses to read keys with the segments `.` or `..`, which a phone resolves before it sends the request: `a/../b`
   * would return `b`. @default true
   */
  ObjectKeySimplifyCheck?: boolean
  /** @deprecated Without effect: there are no warnings to suppress. */
  CompatibilityMode?: boolean
  /** @deprecated Without effect: there is no telemetry. */
  DeepTracker?: boolean
  /** @deprecated Without effect. */
  TrackerDelay?: number
  /** @deprecated Without effect. */
  CustomId?: string
  /** @deprecated Without effect. Listen to `before-send` to measure requests. */
  BeaconReporter?: unknown
  /** @deprecated Without effect. */
  ClsReporter?: unknown
}

/** All options with defaults filled in: `cos.options`, which is read at each use. */
export type ResolvedOptions = COSOptions & {
  [Name in keyof typeof NUMBERS]: NonNullable<COSOptions[Name]>
} & typeof DEFAULTS

const MIB = 1024 * 1024

/** Numeric options: `[default, minimum]`. Smaller values are raised to the minimum, as by the official client. */
const NUMBERS = {
  FileParallelLimit: [3, 1],
  UploadQueueSize: [10_000, 1],
  UploadIdCacheLimit: [50, 0],
  CopyChunkParallelLimit: [10, 1],
  CopyChunkSize: [10 * MIB, MIB],
  CopySliceSize: [10 * MIB, 0],
  ChunkRetryTimes: [3, 0],
  ChunkParallelLimit: [3, 1],
  ChunkSize: [MIB, MIB],
  MaxPartNumber: [10_000, 1024],
  SliceSize: [MIB, 0],
  ProgressInterval: [1000, 0],
  Timeout: [0, 0],
} satisfies { [Name in keyof COSOptions]: [number, number] }

const DEFAULTS = {
  UploadCheckContentMd5: false,
  UploadAddMetaMd5: false,
  SimpleUploadMethod: 'postObject' as 'postObject' | 'putObject',
  CorrectClockSkew: true,
  SystemClockOffset: 0,
  ForceSignHost: true,
  AutoSwitchHost: false,
  ObjectKeySimplifyCheck: true,
  UseAccelerate: false,
  ForcePathStyle: false,
  Protocol: 'https:',
}

/** The type of an option: that of its default, or the one that its name implies. */
function typeOf(name: string): string {
  if (/^get|Parser$/.test(name)) return 'function'
  if (/^enable|^useHi/.test(name)) return 'boolean'
  if (/^Secret|Token$|^Bucket$|^Region$|Domain$|^HttpDNS/i.test(name)) return 'string'
  return typeof DEFAULTS[name as keyof typeof DEFAULTS]
}

const SECONDS = /^(0|\d{10})$/
/** Formats of some values. */
const FORMATS: Record<string, RegExp> = {
  StartTime: SECONDS,
  ExpiredTime: SECONDS,
  SimpleUploadMethod: /^(postObject|putObject)$/,
  Protocol: /^https?:?$|^$/,
}

/**
 * Fills in defaults, also for an explicit `undefined` or `null`.
 * @throws CosError `KitInvalidOption`
 */
export function resolveOptions(values: COSOptions): ResolvedOptions {
  const options: Record<string, unknown> = { ...DEFAULTS }
  for (const [name, [value]] of Object.entries(NUMBERS)) options[name] = value
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue
    const [, minimum = undefined] = NUMBERS[name as keyof typeof NUMBERS] || []
    const expectedType = minimum === undefined ? typeOf(name) : 'number'
    // Never the value itself: it may be a secret.
    const actualType = Number.isNaN(value) ? 'NaN' : typeof value
    const isAuto = /^(File|Chunk)ParallelLimit$/.test(name) && value === 'auto'
    if (expectedType !== actualType && expectedType !== 'undefined' && !isAuto) {
      throw invalid(name, `must be a ${expectedType}, got ${actualType}`)
    }
    const format = FORMATS[name]
    if (format && !format.test(String(value))) throw invalid(name, `must match ${format}`)
    if (/^Secret/.test(name) && /\s/.test(value)) throw invalid(name, 'contains white space')
    options[name] = minimum === undefined || isAuto ? value : Math.max(minimum, value)
  }
  options.MaxPartNumber = Math.min(options.MaxPartNumber as number, NUMBERS.MaxPartNumber[0])
  const { SecurityToken, XCosSecurityToken } = options
  options.SecurityToken = SecurityToken || XCosSecurityToken || SecurityToken
  // The colon may be missing.
  options.Protocol = String(options.Protocol || DEFAULTS.Protocol).replace(/:?$/, ':')
  return options as unknown as ResolvedOptions
}

function invalid(name: string, problem: string) {
  return argumentError('KitInvalidOption', `option ${name} ${problem}`)
}

/** Some of the fields, none of them undefined. */
type Picked<Fields> = string extends keyof Fields
  ? { [name: string]: NonNullable<Fields[keyof Fields]> }
  : { [Name in keyof Fields]?: NonNullable<Fields[Name]> }

/** Returns the fields whose names match and that have a value. */
export function pick<Fields extends object>(fields: Fields, names = /^/): Picked<Fields> {
  const picked: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null && names.test(name)) picked[name] = value
  }
  // A subset of the fields.
  return picked as Picked<Fields>
}
