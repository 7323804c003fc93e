import {
  cosError,
  type IssuedSignature,
  type KeyFunctionResponse,
  type Refusal,
} from '@miniprogram-cos/protocol'
import { errorMessage } from '../text'
import { callFunction } from '../wx/transfer'
import type { AuthorizationRequest, SignatureAnswer, TemporaryKeyAnswer } from './provider'

/** Where the caller's files are, as the cloud function says. */
export interface CallerPlace {
  Bucket: string
  Region: string
  /** The caller's own folder, with its last slash: begin every Key with it. */
  prefix: string
}

/** What the functions return, of which nothing is certain before it has been checked. */
type FunctionAnswer = Partial<Omit<KeyFunctionResponse, 'credentials'> & IssuedSignature> & {
  credentials?: Partial<KeyFunctionResponse['credentials']>
  error?: Partial<Refusal['error']>
}

export interface CloudOptions {
  /**
   * `'keys'`: a key for all that the caller may do. `'signature'`: each request is signed by the function;
   * the phone never holds a key, small files go up by putObject, forms and multi-deletes do not. @default 'keys'
   */
  mode?: 'keys' | 'signature'
  /**
   * Keys that permit only what the requests at hand and the uploads that wait need, instead of all that the
   * caller may do: one call to the function for up to 50 small files. @default false
   */
  ScopeLimit?: boolean
  /** Name of the cloud function. @default 'cos-credentials', 'cos-signature' */
  functionName?: string
  /** CloudBase environment of the function. @default that of wx.cloud.init */
  env?: string
}

/** Asks the cloud function for a key or a signature, and remembers where the caller's files are. */
export interface CloudCredentials {
  signs: boolean
  place: CallerPlace | undefined
  /** A getAuthorization: a key that permits all the caller may do, or a signature. */
  getAuthorization(request: AuthorizationRequest): Promise<TemporaryKeyAnswer | SignatureAnswer>
  /** Asks for the place alone; whoever comes meanwhile waits for the same answer. */
  locate(): Promise<unknown>
}

export function cloudCredentials({
  mode,
  ScopeLimit = false,
  functionName,
  env,
}: CloudOptions): CloudCredentials {
  const signs = mode === 'signature'
  const name = functionName || (signs ? 'cos-signature' : 'cos-credentials')
  let placing: Promise<unknown> | undefined

  const failure = (code: string, what: string, retryable?: boolean, cause?: unknown) =>
    cosError('credentials', code, `cloud function ${name} ${what}`, { retryable, cause })

  const call = async (event: object): Promise<FunctionAnswer> => {
    const answer = (await callFunction(name, event, env).catch((cause) => {
      const text = errorMessage(cause)
      // A function that is not deployed will not be a moment later.
      const isPassing = !/-501000/.test(text)
      throw failure('KitFunctionFailed', `could not be called: ${text}`, isPassing, cause)
    })) as FunctionAnswer | null
    if (!answer || typeof answer !== 'object') {
      throw failure(
        'KitFunctionAnswer',
        `answered with ${answer === null ? answer : typeof answer}`,
      )
    }
    const { error, bucket: Bucket, region: Region, prefix = '' } = answer
    if (error) {
      const { code = 'KitFunctionFailed', message, retryable } = error
      throw failure(code, `refused: ${message}`, retryable)
    }
    if (Bucket && Region) self.place = { Bucket, Region, prefix }
    return answer
  }

  const self: CloudCredentials = {
    signs,
    place: undefined,
    async getAuthorization({ Bucket, Region, Method, Key, Pathname, Query, Headers, Scope }) {
      const asked = signs && { Bucket, Region, Method, Key, Pathname, Query, Headers }
      // Without any entry only the place is wanted.
      const answer = await call(asked || (ScopeLimit && Scope[0] ? { scope: Scope } : {}))
      const { credentials, startTime, expiredTime, authorization: Authorization } = answer
      if (Authorization) return { Authorization, SecurityToken: String(answer.sessionToken) }
      const { tmpSecretId, tmpSecretKey, sessionToken } = credentials || {}
      if (!tmpSecretId || !tmpSecretKey || !sessionToken || !expiredTime) {
        throw failure('KitFunctionAnswer', 'answered without a key')
      }
      return {
        TmpSecretId: tmpSecretId,
        TmpSecretKey: tmpSecretKey,
        SecurityToken: sessionToken,
        ExpiredTime: expiredTime,
        ScopeLimit,
        ...(startTime && { StartTime: startTime }),
      }
    },
    async locate() {
      placing = placing || call({})
      try {
        await placing
      } finally {
        placing = undefined
      }
    },
  }
  return self
}
