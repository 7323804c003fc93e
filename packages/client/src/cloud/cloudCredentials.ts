import { CosError } from '@miniprogram-cos/protocol'
import type { AuthorizationRequest, TemporaryKeyAnswer } from '../credentials/answers'
import type { Platform } from '../platform'

/** Where the caller's files are, as the cloud function says. */
export interface CallerPlace {
  Bucket: string
  Region: string
  /** The caller's own folder, with its last slash: begin every Key with it. */
  prefix: string
}

/** What the function `cos-credentials` answers. */
interface FunctionAnswer {
  credentials?: { tmpSecretId?: string; tmpSecretKey?: string; sessionToken?: string }
  startTime?: number
  expiredTime?: number
  bucket?: string
  region?: string
  prefix?: string
  error?: { code?: string; message?: string; retryable?: boolean }
}

export interface CloudOptions {
  /** Name of the cloud function. @default 'cos-credentials' */
  functionName?: string
  /** CloudBase environment of the function. @default that of wx.cloud.init */
  env?: string
}

/** Asks the cloud function for a key, and remembers where that key is good. */
export class CloudCredentials {
  private readonly platform: Platform
  private readonly name: string
  private readonly env: string | undefined
  place: CallerPlace | undefined

  constructor(platform: Platform, { functionName = 'cos-credentials', env }: CloudOptions) {
    this.platform = platform
    this.name = functionName
    this.env = env
  }

  /** A getAuthorization whose key permits all that the caller may do. */
  readonly getAuthorization = async (_: AuthorizationRequest): Promise<TemporaryKeyAnswer> => {
    const answer = await this.call()
    const { credentials: key, startTime, expiredTime, bucket, region, prefix } = answer
    if (!key?.tmpSecretId || !key.tmpSecretKey || !key.sessionToken || !expiredTime) {
      throw this.failure('KitFunctionAnswer', 'answered without a key', false)
    }
    if (bucket && region) this.place = { Bucket: bucket, Region: region, prefix: prefix ?? '' }
    return {
      TmpSecretId: key.tmpSecretId,
      TmpSecretKey: key.tmpSecretKey,
      SecurityToken: key.sessionToken,
      ExpiredTime: expiredTime,
      ...(startTime ? { StartTime: startTime } : {}),
    }
  }

  private async call(): Promise<FunctionAnswer> {
    let answer: FunctionAnswer | null | undefined
    try {
      answer = (await this.platform.callFunction(this.name, {}, this.env)) as FunctionAnswer
    } catch (cause) {
      const text = cause instanceof Error ? cause.message : String(cause)
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
    return answer
  }

  private failure(code: string, what: string, retryable: boolean, cause?: unknown): CosError {
    return new CosError({
      kind: 'credentials',
      code,
      message: `cloud function ${this.name} ${what}`,
      retryable,
      cause,
    })
  }
}
