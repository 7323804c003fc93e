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
  /** A fixed key: for tests and tools only, never in an app's code. */
  SecretId?: string
  /** Belongs to SecretId. */
  SecretKey?: string
  /** Token of a temporary key that is given directly. */
  SecurityToken?: string
  /** Older name of SecurityToken. */
  XCosSecurityToken?: string
  /** Unix seconds: validity of a temporary key that is given directly. */
  StartTime?: number
  ExpiredTime?: number
  /**
   * Gives a temporary key, or a signature, for a request. One that cannot be reached is not called for a while
   * after three failures in a row; the error says for how long.
   */
  getAuthorization?: GetAuthorization
  /** Older form of getAuthorization: always a temporary key. */
  getSTS?: GetSTS
  /** Deprecated: appended to a Bucket without it. */
  AppId?: string | number
  /**
   * Uploads that run at a time; the others wait. All clients of an app send 8 of them at a time at most. With 'auto'
   * it follows the measured speed, between 2 and 8: much faster for many small files. @default 3
   */
  FileParallelLimit?: number | 'auto'
  /** Finished tasks that the task list keeps. @default 10000 */
  UploadQueueSize?: number
  /**
   * Unfinished uploads that are remembered across restarts of the app. One that is not remembered, because the
   * storage is full or this is 0, is aborted when it fails or is cancelled. @default 50
   */
  UploadIdCacheLimit?: number
  /** Parts of one copy at a time; no more than WeChat's 10. @default 10 */
  CopyChunkParallelLimit?: number
  /** Bytes of a copied part; at least 1 MiB. @default 10485760 */
  CopyChunkSize?: number
  /** Objects larger than this many bytes are copied in parts. @default 10485760 */
  CopySliceSize?: number
  /** Retries of a part. @default 3 */
  ChunkRetryTimes?: number
  /**
   * Parts of one file that are sent at a time; WeChat allows 10 requests in all, and all uploads together send
   * 8. With 'auto' it follows the measured speed, between 2 and 8. @default 3
   */
  ChunkParallelLimit?: number | 'auto'
  /** Bytes; at least 1 MiB. Grows by itself so that a file needs at most MaxPartNumber parts. @default 1048576 */
  ChunkSize?: number
  /** Parts that a file is cut into at most; 1024 to COS's 10000 (document 436/14112). @default 10000 */
  MaxPartNumber?: number
  /** Files larger than this many bytes are uploaded in parts. @default 1048576 */
  SliceSize?: number
  /** Milliseconds between two onProgress calls. @default 1000 */
  ProgressInterval?: number
  /** Milliseconds for one request; 0 leaves it to WeChat, which takes 60000. @default 0 */
  Timeout?: number
  /** Sends an MD5 with every upload, computed as for VerifyUpload. @default false */
  UploadCheckContentMd5?: boolean
  /**
   * Compares uploads with what COS stores, by the ETag or the CRC64 of its answer; a difference is a
   * `KitContentMismatch`, never a success. Without the option this is done where the system computes the MD5 beside the
   * app: for files that are sent whole. `true` compares every part and every content too, in JavaScript and in turns of
   * 4 ms: 0.1 s per MB where WeChat has no JIT. `false` compares nothing. Pictures that COS processes while it stores
   * them are not compared.
   */
  VerifyUpload?: boolean
  /**
   * Compares what downloadFile and getObject with `DataType: 'arraybuffer'` have read with the CRC64 of the object, in
   * JavaScript as VerifyUpload does; a difference is a `KitDamagedDownload` or a `KitContentMismatch`. Without it files
   * that come in ranges are compared by the MD5 of the system, where the ETag is one. Ranges and processed pictures are
   * not compared. @default false
   */
  VerifyDownload?: boolean
  /** Keeps the content's MD5 with objects that putObject makes, as `x-cos-meta-md5`. @default false */
  UploadAddMetaMd5?: boolean
  /** How uploadFile sends small files. @default 'postObject' */
  SimpleUploadMethod?: 'postObject' | 'putObject'
  /** Corrects for the difference between this clock and the server's. @default true */
  CorrectClockSkew?: boolean
  /** Milliseconds to add to this clock. @default 0 */
  SystemClockOffset?: number
  /** Lets WeChat resolve names by this HTTPDNS service: enableHttpDNS and httpDNSServiceId in one. */
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
   * When COS cannot be reached, the next try goes to its second domain, `tencentcos.cn`. Allow that too in
   * the mini program's server domains. Only for requests that the client signs itself, to
   * `<Bucket>.cos.<Region>.myqcloud.com`. @default false
   */
  AutoSwitchHost?: boolean
  /** Reads the source of a copy that is not written as `<Bucket>.cos.<Region>.myqcloud.com/<Key>`. */
  CopySourceParser?: CopySourceParser
  /**
   * Refuses to read keys with `.` or `..` between slashes, which a phone's network folds: `a/../b` would
   * be answered with `b`. @default true
   */
  ObjectKeySimplifyCheck?: boolean
  /** @deprecated Without effect: there is no warning to silence. */
  CompatibilityMode?: boolean
  /** @deprecated Without effect, as all options of telemetry: there is none. */
  DeepTracker?: boolean
  /** @deprecated Without effect. */
  TrackerDelay?: number
  /** @deprecated Without effect. */
  CustomId?: string
  /** @deprecated Without effect. Listen to `before-send` and measure what you want to know. */
  BeaconReporter?: unknown
  /** @deprecated Without effect. */
  ClsReporter?: unknown
}

/** All options, defaults filled in. Kept as `cos.options` and read at each use. */
export type ResolvedOptions = COSOptions & {
  [Name in keyof typeof NUMBERS]: NonNullable<COSOptions[Name]>
} & typeof DEFAULTS

const MIB = 1024 * 1024

/** Numbers: `[default, minimum]`, the minimum as the official client clamps it. */
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

/** The type that an option must have: that of its default, or the one its name implies. */
function kindOf(name: string): string {
  if (/^get|Parser$/.test(name)) return 'function'
  if (/^enable|^useHi/.test(name)) return 'boolean'
  if (/^Secret|Token$|^Bucket$|^Region$|Domain$|^HttpDNS/i.test(name)) return 'string'
  return typeof DEFAULTS[name as keyof typeof DEFAULTS]
}

const SECONDS = /^(0|\d{10})$/
/** The text format that some values must have. */
const FORMS: Record<string, RegExp> = {
  StartTime: SECONDS,
  ExpiredTime: SECONDS,
  SimpleUploadMethod: /^(postObject|putObject)$/,
  Protocol: /^https?:?$|^$/,
}

/**
 * Fills in defaults; an explicit `undefined` means default too.
 * @throws CosError `KitInvalidOption`
 */
export function resolveOptions(given: COSOptions): ResolvedOptions {
  const options: Record<string, unknown> = { ...DEFAULTS }
  for (const [name, [value]] of Object.entries(NUMBERS)) options[name] = value
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || value === null) continue
    const [, minimum = undefined] = NUMBERS[name as keyof typeof NUMBERS] || []
    const kind = minimum === undefined ? kindOf(name) : 'number'
    // Never the value itself: it may be a secret.
    const got = Number.isNaN(value) ? 'NaN' : typeof value
    const isAuto = /^(File|Chunk)ParallelLimit$/.test(name) && value === 'auto'
    if (kind !== got && kind !== 'undefined' && !isAuto) {
      throw invalid(name, `must be a ${kind}, got ${got}`)
    }
    const form = FORMS[name]
    if (form && !form.test(String(value))) throw invalid(name, `must match ${form}`)
    if (/^Secret/.test(name) && /\s/.test(value)) throw invalid(name, 'contains white space')
    options[name] = minimum === undefined || isAuto ? value : Math.max(minimum, value)
  }
  options.MaxPartNumber = Math.min(options.MaxPartNumber as number, NUMBERS.MaxPartNumber[0])
  const { SecurityToken, XCosSecurityToken } = options
  options.SecurityToken = SecurityToken || XCosSecurityToken || SecurityToken
  // `https` is accepted for `https:`.
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

/** The fields whose names match and that have a value. */
export function pick<Fields extends object>(fields: Fields, names = /^/): Picked<Fields> {
  const picked: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined && value !== null && names.test(name)) picked[name] = value
  }
  // Its fields are some of those that were given.
  return picked as Picked<Fields>
}
