import {
  type AbortSignalLike,
  type CallerFolder,
  type CosError,
  encodeKey,
  type FormRequest,
  type IssuedForm,
  type ServiceErrorBody,
  type SignatureRequest,
  type UploadProgress,
} from '@miniprogram-cos/protocol'
import { callApp, progressReporter } from './callbacks'
import { createAbortController, unlessAborted } from './concurrency'
import {
  type CallFunction,
  type ConfirmedUpload,
  checkedCall,
  confirmUpload,
  functionError,
  type HttpOptions,
  viaCloud,
  viaHttp,
} from './credentials/callFunction'
import type { CallerInfo } from './credentials/functionProvider'
import { asCosError, isNotFromCos, missingParam, requestIdOf } from './request/errors'
import { errorOfStatus, notCosError } from './request/failedRequest'
import { retry } from './request/retry'
import { fileSize } from './wx/files'
import { transfer, type WxResponse } from './wx/transfer'

export type {
  AbortSignalLike,
  Advice,
  CosErrorKind,
  UploadProgress,
} from '@miniprogram-cos/protocol'
export { CosError, isCosError } from '@miniprogram-cos/protocol'
export type { HttpOptions } from './credentials/callFunction'
export type { CallerInfo, CallerPlace } from './credentials/functionProvider'
export { FormCOS as COS }

const FUNCTION = 'cos-signature'

/** Milliseconds between two onProgress calls. */
const PROGRESS_INTERVAL = 1000

export interface FormOptions {
  /**
   * Calls cos-signature, or a function with the same contract, with an event: `{ form }` requests a signed form,
   * `{ Method, Key }` a signature, `{}` the caller's bucket and folder.
   */
  callFunction: (event: { form?: FormRequest } & Partial<SignatureRequest>) => Promise<unknown>
}

export interface FormCloudOptions {
  /** @default 'cos-signature' */
  functionName?: string
  /** CloudBase environment of the function. @default that of wx.cloud.init */
  env?: string
}

export interface FormUploadParams {
  /** Object key, 1 to 850 bytes of UTF-8; the access rules determine where the caller may write. */
  Key: string
  /** A local file: from `wx.chooseMedia`, `wx.chooseMessageFile` … WeChat ends the request after 60 s; COS accepts up to 5 GB (document 436/14690). */
  FilePath: string
  /** @default by the key's extension */
  ContentType?: string
  /** Called at most once a second, and at the start and the end. */
  onProgress?: (progress: UploadProgress) => void
  /** Called with the upload's id, for cancelTask. */
  onTaskReady?: (id: string) => void
  /** Aborts the upload. */
  signal?: AbortSignalLike
}

export interface FormUploadResult<Confirm = unknown> extends ConfirmedUpload<Confirm> {
  statusCode: number
  headers: Record<string, string>
  Key: string
  /** `host/key`, no scheme, the key percent-encoded. */
  Location: string
  /** Quoted. Missing if the platform hides the response headers and the caller may not read the object. */
  ETag?: string
  RequestId?: string
}

/**
 * A client that only uploads files, as signed forms: the export `COS` of `miniprogram-cos/form`. The phone holds no key:
 * cos-signature signs a form for one object, and `wx.uploadFile` sends it. The methods have the names of the other
 * clients.
 *
 * @example
 * const COS = require('miniprogram-cos/form')
 * const cos = COS.cloud()
 * const { prefix } = await cos.caller()
 * await cos.uploadFile({ Key: `${prefix}photo.jpg`, FilePath, onProgress: ({ percent }) => {} })
 */
class FormCOS {
  /** @internal */
  private readonly _call: CallFunction
  /** @internal Functions that abort the running uploads, by id. */
  private readonly _running: Record<string, () => void> = {}
  /** @internal */
  private _lastId = 0

  /**
   * Creates a client whose forms are signed by a function of the app's own. In mini programs prefer `COS.cloud`.
   * @example new COS({ callFunction: (event) => signOnMyServer(event) })
   */
  constructor({ callFunction }: FormOptions) {
    this._call = checkedCall('callFunction', callFunction)
  }

  /**
   * Creates a client whose forms are signed by the cloud function cos-signature.
   * @example const cos = COS.cloud({ functionName: 'cos-signature' })
   */
  static cloud({ functionName = FUNCTION, env }: FormCloudOptions = {}): FormCOS {
    return new FormCOS({ callFunction: viaCloud(functionName, env) })
  }

  /**
   * Creates a client whose forms are signed by a key server: POST `<url>/cos-signature`.
   * @example COS.http({ url: 'https://api.example.com/cos', headers: () => ({ Authorization: token }) })
   */
  static http(options: HttpOptions): FormCOS {
    return new FormCOS({ callFunction: viaHttp(options, FUNCTION) })
  }

  /** Returns the bucket, region and folder of the caller. @throws CosError kind `credentials` */
  async caller(): Promise<CallerInfo> {
    const { bucket = '', region = '', prefix = '' } = await this._call({})
    return { Bucket: bucket, Region: region, prefix }
  }

  /**
   * Uploads a local file; an object with the same key is replaced. Network failures and server errors of COS are
   * retried, and an expired form is requested again, once.
   * @throws CosError kind `argument`, `credentials`, `network`, `service` or `abort`
   * @example const { ETag } = await cos.uploadFile({ Key: `${prefix}photo.jpg`, FilePath })
   */
  async uploadFile<Confirm = unknown>(
    params: FormUploadParams,
  ): Promise<FormUploadResult<Confirm>> {
    const { onTaskReady, signal: outer } = params
    const { signal, abort, _unfollow: unfollow } = createAbortController(outer)
    const id = String(++this._lastId)
    this._running[id] = abort
    if (onTaskReady) callApp(() => onTaskReady(id))
    try {
      const result = await unlessAborted(signal, () => this._upload(params, signal))
      // The caller knows what the hook returns.
      return result as FormUploadResult<Confirm>
    } finally {
      delete this._running[id]
      unfollow()
    }
  }

  /** Cancels an upload: its promise rejects with an error of kind `abort`. */
  cancelTask(id: string): void {
    const abort = this._running[id]
    if (abort) abort()
  }

  /** @internal */
  private async _upload(
    { Key, FilePath, ContentType, onProgress }: FormUploadParams,
    signal: AbortSignalLike,
  ): Promise<FormUploadResult> {
    if (!Key) throw missingParam('Key')
    const size = await fileSize(FilePath)
    const report = progressReporter(size, PROGRESS_INTERVAL, onProgress)
    report(0)
    let form: Partial<IssuedForm & CallerFolder> | undefined
    let isRenewed = false
    const attempt = async (): Promise<FormUploadResult> => {
      form =
        form || (await this._call({ form: { Key, size, ...(ContentType && { ContentType }) } }))
      const { url, formData, confirms } = form
      if (!url || !formData) {
        throw functionError('KitFunctionAnswer', 'the function returned no form')
      }
      const upload = { url, filePath: FilePath, name: 'file', formData }
      const sent = { url, method: 'POST' }
      const response = await transfer('uploadFile', upload, sent, signal, {
        // WeChat counts the bytes of the whole form.
        onProgress: ({ totalBytesSent = 0, totalBytesExpectedToSend = 0 }) =>
          report(Math.floor((totalBytesSent / Math.max(totalBytesExpectedToSend, 1)) * size)),
      })
      const { statusCode, headers } = response
      if (!(statusCode >= 200 && statusCode < 300)) {
        throw errorOfStatus(response, sent, errorFields(String(response.data)))
      }
      if (isNotFromCos(response)) throw notCosError(response, sent)
      const address = url.replace(/\/?$/, `/${encodeKey(Key)}`)
      const ETag = headers.etag || (await this._confirm(address, Key, size))
      report(size)
      const Location = address.replace(/^[a-z]+:\/\//, '')
      const RequestId = requestIdOf(headers)
      const result = {
        statusCode,
        headers,
        Key,
        Location,
        ...(ETag && { ETag }),
        ...(RequestId && { RequestId }),
      }
      return confirmUpload(this._call, confirms, Key, result)
    }
    const decide = (failure: CosError) => {
      if (isRenewed || !isExpired(failure)) return failure.retryable ? 'later' : 'fail'
      isRenewed = true
      form = undefined
      return 'now'
    }
    return retry(attempt, decide)
  }

  /**
   * @internal Confirms by a HEAD request that the object exists, where the platform hides the headers that identify COS.
   * @returns its ETag, if the caller may read it
   * @throws CosError `KitNotCos`
   */
  private async _confirm(url: string, Key: string, size: number): Promise<string | undefined> {
    const sent = { url, method: 'HEAD' }
    let response: WxResponse
    try {
      const { authorization, sessionToken } = await this._call({ Method: 'HEAD', Key })
      const header = { Authorization: authorization, 'x-cos-security-token': sessionToken }
      response = await transfer('request', { ...sent, header }, sent)
    } catch (error) {
      // The access rules permit the caller to write, but not to read.
      if (asCosError(error).code === 'KitRequestRefused') return undefined
      throw error
    }
    const { statusCode, headers } = response
    if (statusCode === 403) return undefined
    if (statusCode !== 200 || headers['content-length'] !== String(size))
      throw notCosError(response, sent)
    return headers.etag
  }
}

/** Whether the form has expired: a new one may be accepted. */
const isExpired = ({ code, message }: CosError): boolean =>
  /expired|TooSkewed|InvalidAccessKeyId/i.test(code + message)

/** Parses COS's `<Error>` document, which has no nested elements. */
function errorFields(body: string): ServiceErrorBody | string {
  const fields: ServiceErrorBody = {}
  for (const element of body.match(/<(\w+)>[^<]*<\/\1>/g) || []) {
    const [, name = '', text = ''] = /<(\w+)>([^<]*)/.exec(element) || []
    fields[name] = text
  }
  return fields.Code ? fields : body
}
