import { type CosError, cosError } from '@miniprogram-cos/protocol'
import type {
  AuthorizationRequest,
  SignatureAnswer,
  TemporaryKeyAnswer,
} from '../credentials/answers'
import { textOf } from '../request/failures'
import { callFunction } from '../wx/callFunction'

/** Where the caller's files are, as the cloud function says. */
export interface CallerPlace {
  Bucket: string
  Region: string
  /** The caller's own folder, with its last slash: begin every Key with it. */
  prefix: string
}

/** What the function `cos-credentials` answers, or `cos-signature`. */
interface FunctionAnswer {
  authorization?: string
  sessionToken?: string
  credentials?: { tmpSecretId?: string; tmpSecretKey?: string; sessionToken?: string }
  startTime?: number
  expiredTime?: number
  bucket?: string
  region?: string
  prefix?: string
  error?: { code?: string; message?: string; retryable?: boolean }
}

export interface CloudOptions {
  /**
   * `'keys'`: a key for all that the caller may do. `'signature'`: each request is signed by the function;
   * the phone never holds a key, small files go up by putObject, forms and multi-deletes do not. @default 'keys'
   */
  mode?: 'keys' | 'signature'
  /** Name of the cloud function. @default 'cos-credentials', 'cos-signature' */
  functionName?: string
  /** CloudBase environment of the function. @default that of wx.cloud.init */
  env?: string
}

/** Asks the cloud function for a key or a signature, and remembers where the caller's files are. */
export class CloudCredentials {
  readonly signs: boolean
  private readonly name: string
  private readonly env: string | undefined
  private placing: Promise<unknown> | undefined
  place: CallerPlace | undefined

  constructor({ mode, functionName, env }: CloudOptions) {
    this.signs = mode === 'signature'
    this.name = functionName || (this.signs ? 'cos-signature' : 'cos-credentials')
    this.env = env
  }

  /** A getAuthorization: a key that permits all the caller may do, or a signature. */
  readonly getAuthorization = async (
    request: AuthorizationRequest,
  ): Promise<TemporaryKeyAnswer | SignatureAnswer> => {
    const { Bucket, Region, Method, Key, Pathname, Query, Headers } = request
    const answer = await this.call(
      this.signs ? { Bucket, Region, Method, Key, Pathname, Query, Headers } : {},
    )
    const { credentials: key, startTime, expiredTime, authorization: Authorization } = answer
    if (Authorization) return { Authorization, SecurityToken: String(answer.sessionToken) }
    if (!key?.tmpSecretId || !key.tmpSecretKey || !key.sessionToken || !expiredTime) {
      throw this.failure('KitFunctionAnswer', 'answered without a key', false)
    }
    return {
      TmpSecretId: key.tmpSecretId,
      TmpSecretKey: key.tmpSecretKey,
      SecurityToken: key.sessionToken,
      ExpiredTime: expiredTime,
      ...(startTime ? { StartTime: startTime } : {}),
    }
  }

  /** Asks for the place alone; whoever comes meanwhile waits for the same answer. */
  async locate(): Promise<void> {
    this.placing ??= this.call({})
    try {
      await this.placing
    } finally {
      this.placing = undefined
    }
  }

  private async call(event: object): Promise<FunctionAnswer> {
    let answer: FunctionAnswer | null | undefined
    try {
      answer = (await callFunction(this.name, event, this.env)) as FunctionAnswer
    } catch (cause) {
      const text = textOf(cause)
      // A function that is not deployed will not be a moment later.
      const isPassing = !/-501000/.test(text)
      throw this.failure('KitFunctionFailed', `could not be called: ${text}`, isPassing, cause)
    }
    if (typeof answer !== 'object' || answer === null) {
      throw this.failure(
        'KitFunctionAnswer',
        `answered with ${answer === null ? 'null' : typeof answer}`,
        false,
      )
    }
    const { error } = answer
    if (error) {
      throw this.failure(
        error.code ?? 'KitFunctionFailed',
        `refused: ${error.message}`,
        error.retryable ?? false,
      )
    }
    const { bucket, region, prefix } = answer
    if (bucket && region) this.place = { Bucket: bucket, Region: region, prefix: prefix ?? '' }
    return answer
  }

  private failure(code: string, what: string, retryable: boolean, cause?: unknown): CosError {
    const message = `cloud function ${this.name} ${what}`
    return cosError('credentials', code, message, { retryable, cause })
  }
}
