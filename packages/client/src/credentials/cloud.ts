import type { CallerFolder } from '@miniprogram-cos/protocol'
import { confirmUpload } from './confirm'
import { type FunctionCall, functionError } from './function'
import type { AuthorizationRequest, SignatureAnswer, TemporaryKeyAnswer } from './provider'

/** The bucket, region and folder of the caller, as the cloud function returns them. */
export interface CallerPlace {
  Bucket: string
  Region: string
  /** The caller's own folder, with a trailing slash. Keys of the caller's own files begin with it. */
  prefix: string
}

/** How a client gets keys or signatures from a function of this kit. */
export interface FunctionOptions {
  /**
   * `'keys'`: the function issues a temporary key that the phone signs with. `'signature'`: the function signs each
   * request and the phone never holds a key; small files are then sent by putObject, and postObject and
   * deleteMultipleObject are not available. @default 'keys'
   */
  mode?: 'keys' | 'signature'
  /**
   * Requests keys that permit only the current requests and the queued uploads, instead of everything the caller
   * may do. One call of the function serves up to 50 small files. @default false
   */
  ScopeLimit?: boolean
}

export interface CloudOptions extends FunctionOptions {
  /** Name of the cloud function. @default 'cos-credentials', 'cos-signature' */
  functionName?: string
  /** CloudBase environment of the function. @default that of wx.cloud.init */
  env?: string
}

/** Requests keys or signatures from the cloud function, and stores the caller's place. */
export interface CloudCredentials {
  signs: boolean
  place: CallerPlace | undefined
  /** Paths whose uploads are confirmed, and paths whose objects the function moves to the trash. */
  paths: Pick<CallerFolder, 'confirms' | 'trashes'>
  call: FunctionCall
  /** Implements the option getAuthorization. */
  getAuthorization(request: AuthorizationRequest): Promise<TemporaryKeyAnswer | SignatureAnswer>
  /** Requests only the place; concurrent calls share one request. */
  locate(): Promise<unknown>
  /** Confirms a successful upload if its access rule has a hook. Never rejects. */
  confirm(Key: string, result: object): Promise<object>
}

/** @param send calls cos-credentials, or cos-signature in mode `'signature'` */
export function cloudCredentials(
  send: FunctionCall,
  { mode, ScopeLimit = false }: FunctionOptions,
): CloudCredentials {
  const signs = mode === 'signature'
  let pendingPlace: Promise<unknown> | undefined

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
      pendingPlace = pendingPlace || call({})
      try {
        await pendingPlace
      } finally {
        pendingPlace = undefined
      }
    },
    confirm: (Key, result) => confirmUpload(call, self.paths.confirms, Key, result),
  }
  return self
}
