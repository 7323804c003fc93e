import {
  type CallParams,
  CosError,
  type Operation,
  type OperationName,
  type Operations,
  operations,
  type ResultMeta,
} from '@miniprogram-cos/protocol'
import { type CallerPlace, CloudCredentials, type CloudOptions } from './cloud/cloudCredentials'
import { Credentials } from './credentials/credentials'
import { type COSOptions, type ResolvedOptions, resolveOptions } from './options'
import type { Platform } from './platform'
import { asCosError, type ClientCore, perform } from './request/perform'
import type { Params } from './request/prepare'
import {
  postFile,
  putContent,
  type UploadFileParams,
  type UploadFileResult,
  uploadFile,
} from './upload/uploadFile'
import { type GetObjectUrlParams, getObjectUrl } from './url/getObjectUrl'
import { wxPlatform } from './wx/wxPlatform'

/** `(error, result)`, as cos-wx-sdk-v5 calls back. */
export type Callback<Result> = (error: CosError | null, result?: Result) => void

/** A method that returns a promise, or takes a callback. */
export interface Method<P, Result> {
  (params: P): Promise<Result>
  (params: P, callback: Callback<Result>): void
}

type ParamsOf<O> = O extends Operation<infer P, infer _> ? P : never
type ResultOf<O> = O extends Operation<infer _, infer R> ? R & ResultMeta : never

/** One method for each row of the operation table. */
export type OperationMethods = {
  [Name in keyof Operations]: Method<ParamsOf<Operations[Name]>, ResultOf<Operations[Name]>>
}

/** Operations whose Prefix defaults to the caller's own folder. */
const LISTS = new Set<OperationName>(['getBucket', 'multipartList', 'listObjectVersions'])

export interface CloudCOSOptions extends COSOptions, CloudOptions {}

// The operations become methods below, from the same table their types come from.
export interface COS extends OperationMethods {}

/**
 * A COS client for mini programs, with the methods of cos-wx-sdk-v5.
 *
 * @example
 * const cos = COS.cloud({ functionName: 'cos-credentials' })
 * const { prefix } = await cos.caller()
 * await cos.uploadFile({ Key: `${prefix}photo.jpg`, FilePath, onProgress: ({ percent }) => {} })
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: see above
export class COS {
  static readonly version: string = '0.1.0'

  /** All options, defaults filled in; read at each use. */
  readonly options: ResolvedOptions
  readonly #core: ClientCore
  #cloud: CloudCredentials | undefined

  /** @throws CosError `KitInvalidOption` */
  constructor(options: COSOptions = {}, platform: Platform = wxPlatform) {
    this.options = resolveOptions(options)
    if (this.options.ForcePathStyle) {
      platform.warn('ForcePathStyle: COS refuses it for buckets created since 2024-01-01')
    }
    const credentials = new Credentials(this.options, platform, this)
    this.#core = { options: this.options, platform, credentials }
  }

  /**
   * A client whose keys come from a cloud function that knows the caller by OPENID. Bucket and Region
   * come with the first key, and lists begin in the caller's own folder.
   */
  static cloud(options: CloudCOSOptions = {}, platform: Platform = wxPlatform): COS {
    const { functionName, env, ...rest } = options
    const cloud = new CloudCredentials(platform, {
      ...(functionName ? { functionName } : {}),
      ...(env ? { env } : {}),
    })
    const cos = new COS({ ...rest, getAuthorization: cloud.getAuthorization }, platform)
    cos.#cloud = cloud
    return cos
  }

  /**
   * Where the caller's files are. Asks the cloud function on first use.
   * @throws CosError kind `credentials`, or `KitNotCloud` for a client not made by `COS.cloud`
   */
  async caller(): Promise<CallerPlace> {
    if (!this.#cloud) {
      throw new CosError({
        kind: 'argument',
        code: 'KitNotCloud',
        message: 'caller() needs a client made by COS.cloud',
      })
    }
    if (!this.#cloud.place) {
      await this.#core.credentials.get({
        Bucket: '',
        Region: '',
        Method: 'GET',
        Key: '',
        Pathname: '/',
        Query: {},
        Headers: {},
        Scope: [],
        SystemClockOffset: this.options.SystemClockOffset,
      })
    }
    const { place } = this.#cloud
    if (place) return place
    throw new CosError({
      kind: 'credentials',
      code: 'KitFunctionAnswer',
      message: 'the cloud function does not say which bucket and region its key is for',
    })
  }

  /** Uploads a local file, in parts when it is larger than SliceSize. */
  uploadFile(params: UploadFileParams): Promise<UploadFileResult>
  uploadFile(params: UploadFileParams, callback: Callback<UploadFileResult>): void
  uploadFile(params: UploadFileParams, callback?: Callback<UploadFileResult>) {
    const run = async () => uploadFile(this.#core, await this.#complete(params))
    return settle(run(), callback)
  }

  /**
   * A signed URL of an object. With a callback it is passed as `{ Url }`, as cos-wx-sdk-v5 does.
   * @throws CosError
   */
  getObjectUrl(params: GetObjectUrlParams): Promise<string>
  getObjectUrl(params: GetObjectUrlParams, callback: Callback<{ Url: string }>): void
  getObjectUrl(params: GetObjectUrlParams, callback?: Callback<{ Url: string }>) {
    const run = async () => getObjectUrl(this.#core, await this.#complete(params))
    if (!callback) return settle(run(), undefined)
    return settle(
      run().then((Url) => ({ Url })),
      callback,
    )
  }

  /** @internal One operation of the table. */
  async _perform(name: OperationName, params: Params): Promise<object> {
    const complete = await this.#complete(params, name)
    if (name === 'postObject') return postFile(this.#core, complete)
    if (name === 'putObject') return putContent(this.#core, complete)
    return perform(this.#core, name, complete)
  }

  /** The params with what the cloud function knows: bucket, region, and the folder of a list. */
  async #complete(given: CallParams, name?: OperationName): Promise<Params> {
    const params: Params = { ...given }
    const { Bucket, Region } = this.options
    const isList = name !== undefined && LISTS.has(name)
    const lacksPlace = !(params.Bucket ?? Bucket) || !(params.Region ?? Region)
    const lacksPrefix = isList && params.Prefix === undefined
    if (!this.#cloud || name === 'getService' || !(lacksPlace || lacksPrefix)) return params
    const place = await this.caller()
    params.Bucket ??= Bucket ?? place.Bucket
    params.Region ??= Region ?? place.Region
    if (isList) params.Prefix ??= place.prefix
    return params
  }
}

for (const name of Object.keys(operations) as OperationName[]) {
  Object.defineProperty(COS.prototype, name, {
    value(this: COS, params: unknown, callback?: Callback<object>) {
      // getService may be called with the callback alone.
      const [given, back] = typeof params === 'function' ? [{}, params] : [params ?? {}, callback]
      return settle(this._perform(name, given as Params), back as Callback<object> | undefined)
    },
    writable: true,
    configurable: true,
  })
}

/** A promise without a callback; with one, its outcome is passed there and nothing is returned. */
function settle<T>(promise: Promise<T>, callback: Callback<T> | undefined): Promise<T> | undefined {
  const settled = promise.catch((error: unknown) => {
    throw asCosError(error)
  })
  if (!callback) return settled
  settled.then((result) => callback(null, result), callback)
  return undefined
}
