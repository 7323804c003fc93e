import type { CallerFolder } from '@miniprogram-cos/protocol'
import { confirmUpload } from './confirm'
import { type FunctionCall, functionError } from './function'
import type { AuthorizationRequest, SignatureAnswer, TemporaryKeyAnswer } from './provider'

/** Where the caller's files are, as the cloud function says. */
export interface CallerPlace {
  Bucket: string
  Region: string
  /** The caller's own folder, with its last slash: begin every Key with it. */
  prefix: string
}

/** How a client gets keys or signatures from a function of this kit. */
export interface FunctionOptions {
  /**
   * `'keys'`: a key for everything the caller may do. `'signature'`: each request is signed by the function;
   * the phone never holds a key, small files go up by putObject, forms and multi-deletes do not. @default 'keys'
   */
  mode?: 'keys' | 'signature'
  /**
   * Requests keys that permit only the current requests and queued uploads, instead of everything the caller
   * may do: one call to the function for up to 50 small files. @default false
   */
  ScopeLimit?: boolean
}

export interface CloudOptions extends FunctionOptions {
  /** Name of the cloud function. @default 'cos-credentials', 'cos-signature' */
  functionName?: string
  /** CloudBase environment of the function. @default that of wx.cloud.init */
  env?: string
}

/** Requests keys or signatures from the cloud function, and stores where the caller's files are. */
export interface CloudCredentials {
  signs: boolean
  place: CallerPlace | undefined
  /** Paths where uploads are confirmed, and those where the function deletes. */
  paths: Pick<CallerFolder, 'confirms' | 'trashes'>
  call: FunctionCall
  /** A getAuthorization: a key that permits all the caller may do, or a signature. */
  getAuthorization(request: AuthorizationRequest): Promise<TemporaryKeyAnswer | SignatureAnswer>
  /** Requests the place only; concurrent calls share one request. */
  locate(): Promise<unknown>
  /** Confirms an upload that has succeeded, where the rules have a hook. Never rejects. */
  confirm(Key: string, result: object): Promise<object>
}

/** @param send calls cos-credentials, or cos-signature in mode `'signature'` */
export function cloudCredentials(
  send: FunctionCall,
  { mode, ScopeLimit = false }: FunctionOptions,
): CloudCredentials {
  const signs = mode === 'signature'
  let placing: Promise<unknown> | undefined

  const call: FunctionCall = async (event) => {
    const answer = await send(event)
    const { bucket: Bucket, region: Region, prefix = '' } = answer
    if (Bucket && Region) {
      self.place = { Bucket, Region, prefix }
      self.paths = answer
    }
    return answer
  }

  const self: CloudCredentials = {
    signs,
    place: undefined,
    paths: {},
    call,
    async getAuthorization({ Bucket, Region, Method, Key, Pathname, Query, Headers, Scope }) {
      const signatureRequest = signs && { Bucket, Region, Method, Key, Pathname, Query, Headers }
      // An empty scope requests only the place.
      const answer = await call(
        signatureRequest || (ScopeLimit && Scope[0] ? { scope: Scope } : {}),
      )
      const { credentials, startTime, expiredTime, authorization: Authorization } = answer
      if (Authorization) return { Authorization, SecurityToken: String(answer.sessionToken) }
      const { tmpSecretId, tmpSecretKey, sessionToken } = credentials || {}
      if (!tmpSecretId || !tmpSecretKey || !sessionToken || !expiredTime) {
        throw functionError('KitFunctionAnswer', 'the function answered without a key')
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
    confirm: (Key, result) => confirmUpload(call, self.paths.confirms, Key, result),
  }
  return self
}
