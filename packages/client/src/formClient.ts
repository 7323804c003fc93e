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
import { abortGroup, sleep, unlessAborted } from './concurrency'
import type { CallerPlace } from './credentials/cloud'
import { type ConfirmedUpload, confirmUpload } from './credentials/confirm'
import {
  cloudFunction,
  type FunctionCall,
  functionCall,
  functionError,
  type HttpOptions,
  httpFunction,
} from './credentials/function'
import { callApp, progressReporter } from './events'
import { asCosError, isForeign, missingParam, notCosError, requestIdOf } from './request/errors'
import { errorOfStatus } from './request/failures'
import { fileSize } from './wx/files'
import { transfer, type WxReply, whenReady } from './wx/transfer'

const FUNCTION = 'cos-signature'

/** Tries of one upload in all, and milliseconds before each further one. */
const TRIES = 4
const RETRY_DELAYS = [300, 1000, 3000]

/** Milliseconds between two onProgress calls. */
const PROGRESS_INTERVAL = 1000

export interface FormOptions {
  /**
   * Calls cos-signature with an event, or anything that answers as it does: `{ form }` gives a signed form, `{ Method,
   * Key }` a signature, `{}` the caller's place.
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
  /** Object key, 1 to 850 bytes of UTF-8; the rules decide where the caller may write. */
  Key: string
  /** A local file: from `wx.chooseMedia`, `wx.chooseMessageFile` … WeChat sends it within 60 s, COS takes up to 5 GB. */
  FilePath: string
  /** @default by the key's extension */
  ContentType?: string
  /** Called once a second. */
  onProgress?: (progress: UploadProgress) => void
  /** The upload's id, for cancelTask. */
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
  /** Quoted; missing where the platform hides the headers and the caller may not read the object. */
  ETag?: string
  RequestId?: string
}

/**
 * Uploads files as signed forms, and nothing else: what `miniprogram-cos/form` exports as `COS`. The phone holds no key:
 * cos-signature signs a form for the one object, `wx.uploadFile` sends it. Methods are named as in the other clients.
 *
 * @example
 * const COS = require('miniprogram-cos/form')
 * const cos = COS.cloud()
 * const { prefix } = await cos.caller()
 * await cos.uploadFile({ Key: `${prefix}photo.jpg`, FilePath, onProgress: ({ percent }) => {} })
 */
export class FormCOS {
  /** @internal */
  private readonly _call: FunctionCall
  /** @internal Aborts the uploads that run, by their ids. */
  private readonly _running: Record<string, () => void> = {}
  /** @internal */
  private _lastId = 0

  /** A client whose forms come from a function of the app's own. In mini programs prefer `COS.cloud`. */
  constructor({ callFunction }: FormOptions) {
    this._call = functionCall('callFunction', callFunction)
  }

  /** A client whose forms come from the cloud function cos-signature. */
  static cloud({ functionName = FUNCTION, env }: FormCloudOptions = {}): FormCOS {
    return new FormCOS({ callFunction: cloudFunction(functionName, env) })
  }

  /** A client whose forms come from a key server: POST `<url>/cos-signature`. */
  static http(options: HttpOptions): FormCOS {
    return new FormCOS({ callFunction: httpFunction(options, FUNCTION) })
  }

  /** Where the caller's files are. @throws CosError kind `credentials` */
  async caller(): Promise<CallerPlace> {
    const { bucket = '', region = '', prefix = '' } = await this._call({})
    return { Bucket: bucket, Region: region, prefix }
  }

  /**
   * Uploads a local file; an object of the same key is replaced. Failures of the network and of COS's servers are tried
   * again, and a form that has expired meanwhile is requested anew.
   * @throws CosError
   */
  async uploadFile<Confirm = unknown>(
    params: FormUploadParams,
  ): Promise<FormUploadResult<Confirm>> {
    const { onTaskReady, signal: outer } = params
    const { signal, abort, release } = abortGroup(outer)
    const id = String(++this._lastId)
    this._running[id] = abort
    if (onTaskReady) callApp(() => onTaskReady(id))
    try {
      const result = await unlessAborted(signal, () => this._upload(params, signal))
      // The caller knows what the hook returns.
      return result as FormUploadResult<Confirm>
    } catch (error) {
      throw asCosError(error)
    } finally {
      delete this._running[id]
      release()
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
    for (let attempt = 1; ; attempt++) {
      try {
        form =
          form || (await this._call({ form: { Key, size, ...(ContentType && { ContentType }) } }))
        const { url, formData } = form
        if (!url || !formData) {
          throw functionError('KitFunctionAnswer', 'the function answered without a form')
        }
        const upload = { url, filePath: FilePath, name: 'file', formData }
        const sent = { url, method: 'POST' }
        const reply = await transfer('uploadFile', upload, sent, signal, {
          // WeChat counts the form around the file too.
          onProgress: ({ totalBytesSent = 0, totalBytesExpectedToSend = 0 }) =>
            report(Math.floor((totalBytesSent / Math.max(totalBytesExpectedToSend, 1)) * size)),
        })
        const { statusCode, headers } = reply
        if (!(statusCode >= 200 && statusCode < 300)) {
          throw errorOfStatus(reply, sent, errorFields(String(reply.data)))
        }
        if (isForeign(reply)) throw notCosError(reply, sent)
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
        return await confirmUpload(this._call, form.confirms, Key, result)
      } catch (error) {
        const failure = asCosError(error)
        if (isExpired(failure) && !isRenewed) {
          isRenewed = true
          form = undefined
          continue
        }
        // An attempt that failed in the background or offline does not count.
        if (failure.kind === 'network' && (await whenReady())) attempt--
        if (signal.aborted || !failure.retryable || attempt >= TRIES) throw failure
        await sleep(RETRY_DELAYS[attempt - 1] || 0)
      }
    }
  }

  /**
   * @internal Whether the object is there, where the platform hides the headers by which COS is known.
   * @returns its ETag, if the caller may read it
   * @throws CosError `KitNotCos`
   */
  private async _confirm(url: string, Key: string, size: number): Promise<string | undefined> {
    const sent = { url, method: 'HEAD' }
    let reply: WxReply
    try {
      const { authorization, sessionToken } = await this._call({ Method: 'HEAD', Key })
      const header = { Authorization: authorization, 'x-cos-security-token': sessionToken }
      reply = await transfer('request', { ...sent, header }, sent)
    } catch (error) {
      // The rules let the caller write, but not read.
      if (asCosError(error).code === 'KitRequestRefused') return undefined
      throw error
    }
    const { statusCode, headers } = reply
    if (statusCode === 403) return undefined
    if (statusCode !== 200 || headers['content-length'] !== String(size))
      throw notCosError(reply, sent)
    return headers.etag
  }
}

/** Whether the form was good once: a new one may be accepted. */
const isExpired = ({ code, message }: CosError): boolean =>
  /expired|TooSkewed|InvalidAccessKeyId/i.test(code + message)

/** The fields of COS's `<Error>` document, which is flat. */
function errorFields(body: string): ServiceErrorBody | string {
  const fields: ServiceErrorBody = {}
  for (const element of body.match(/<(\w+)>[^<]*<\/\1>/g) || []) {
    const [, name = '', text = ''] = /<(\w+)>([^<]*)/.exec(element) || []
    fields[name] = text
  }
  return fields.Code ? fields : body
}
