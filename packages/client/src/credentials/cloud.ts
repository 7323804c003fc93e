import type { CallerFolder } from '@miniprogram-cos/protocol'
import { confirmUpload, type FunctionCall, functionError } from './function'
import { type CredentialProvider, checkSignature, createBreaker, readPeriod } from './provider'

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

/**
 * Requests keys that permit everything the caller may do, or signatures, from the function, and stores the caller's
 * place.
 */
export interface CloudCredentials extends CredentialProvider {
  _signs: boolean
  _place: CallerPlace | undefined
  /** Paths whose uploads are confirmed, and paths whose objects the function moves to the trash. */
  _paths: Pick<CallerFolder, 'confirms' | 'trashes'>
  call: FunctionCall
  /** Requests only the place; concurrent calls share one request. */
  _locate(): Promise<unknown>
  /** Confirms a successful upload if its access rule has a hook. Never rejects. */
  confirm(Key: string, result: object): Promise<object>
}

/** Names the provider in messages, too. */
const SOURCE = 'function'

/** @param send calls cos-credentials, or cos-signature in mode `'signature'` */
export function cloudCredentials(
  send: FunctionCall,
  { mode, ScopeLimit = false }: FunctionOptions,
): CloudCredentials {
  const signs = mode === 'signature'
  const breaker = createBreaker()
  let pendingPlace: Promise<unknown> | undefined

  const call: FunctionCall = async (event) => {
    const answer = await send(event)
    const { bucket: Bucket, region: Region, prefix = '' } = answer
    if (Bucket && Region) {
      self._place = { Bucket, Region, prefix }
      self._paths = answer
    }
    return answer
  }

  const self: CloudCredentials = {
    source: SOURCE,
    _signs: signs,
    _place: undefined,
    _paths: {},
    call,
    async get({ Scope, ForceSignHost: _, ...signatureRequest }) {
      // An empty scope requests only the place.
      const keyRequest = ScopeLimit && Scope[0] ? { scope: Scope } : {}
      const event = signs ? signatureRequest : keyRequest
      const answer = await breaker(SOURCE, () => call(event))
      const { credentials, startTime, expiredTime, authorization: Authorization } = answer
      if (Authorization) {
        checkSignature(SOURCE, Authorization)
        return { Authorization, SecurityToken: String(answer.sessionToken), headers: {} }
      }
      const { tmpSecretId, tmpSecretKey, sessionToken } = credentials || {}
      if (!tmpSecretId || !tmpSecretKey || !sessionToken || !expiredTime) {
        throw functionError('KitFunctionAnswer', 'the function answered without a key')
      }
      return {
        SecretId: tmpSecretId,
        SecretKey: tmpSecretKey,
        SecurityToken: sessionToken,
        ...readPeriod(SOURCE, expiredTime, startTime || undefined),
        _isScoped: ScopeLimit,
      }
    },
    async _locate() {
      pendingPlace = pendingPlace || call({})
      try {
        await pendingPlace
      } finally {
        pendingPlace = undefined
      }
    },
    confirm: (Key, result) => confirmUpload(call, self._paths.confirms, Key, result),
  }
  return self
}
