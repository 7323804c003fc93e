import type { CallerFolder } from '@miniprogram-cos/protocol'
import type { CredentialCache } from './cache'
import { type CallFunction, confirmUpload, functionError } from './callFunction'
import {
  type CredentialProvider,
  type CredentialRequest,
  checkSignature,
  createBreaker,
  readPeriod,
} from './provider'

/** The bucket, region and folder of the caller, as the cloud function returns them. */
export interface CallerInfo {
  Bucket: string
  Region: string
  /** The caller's own folder, with a trailing slash. Keys of the caller's own files begin with it. */
  prefix: string
}

/** @deprecated Use `CallerInfo`. */
export type CallerPlace = CallerInfo

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

/** Requests keys or signatures from a function of this kit, and stores the caller's bucket, region and folder. */
export interface FunctionProvider extends CredentialProvider {
  _signs: boolean
  /** Paths whose uploads are confirmed, and paths whose objects the function moves to the trash. */
  _paths: Pick<CallerFolder, 'confirms' | 'trashes'>
  _call: CallFunction
  /**
   * Returns the caller's bucket, region and folder. On first use it calls the function: for a key that `credentials` can
   * use later or, if the function signs, without a request to sign.
   * @throws CosError kind `credentials`
   */
  _getCaller(credentials: Pick<CredentialCache, 'get'>): Promise<CallerInfo>
  /** Confirms a successful upload if its access rule has a hook. Never rejects. */
  _confirm(Key: string, result: object): Promise<object>
}

/** Names the provider in messages, too. */
const SOURCE = 'function'

/** Requests a key for everything the caller may do. */
const ANY_REQUEST: CredentialRequest = {
  Bucket: '',
  Region: '',
  Method: 'GET',
  Key: '',
  Pathname: '/',
  Query: {},
  Headers: {},
  Scope: [],
}

/** @param send calls cos-credentials, or cos-signature in mode `'signature'` */
export function functionProvider(
  send: CallFunction,
  { mode, ScopeLimit = false }: FunctionOptions,
): FunctionProvider {
  const signs = mode === 'signature'
  const breaker = createBreaker()
  let caller: CallerInfo | undefined
  /** Of a function that signs; concurrent calls share it. */
  let pendingCall: Promise<unknown> | undefined

  const call: CallFunction = async (event) => {
    const answer = await send(event)
    const { bucket: Bucket, region: Region, prefix = '' } = answer
    if (Bucket && Region) {
      caller = { Bucket, Region, prefix }
      self._paths = answer
    }
    return answer
  }

  const self: FunctionProvider = {
    _source: SOURCE,
    _signs: signs,
    _paths: {},
    _call: call,
    async get({ Scope, ForceSignHost: _, ...signatureRequest }) {
      // An empty scope requests a key for everything the caller may do.
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
        throw functionError('KitFunctionAnswer', 'the function returned no key')
      }
      return {
        SecretId: tmpSecretId,
        SecretKey: tmpSecretKey,
        SecurityToken: sessionToken,
        ...readPeriod(SOURCE, expiredTime, startTime || undefined),
        _isScoped: ScopeLimit,
      }
    },
    async _getCaller(credentials) {
      if (!caller && signs) {
        pendingCall = pendingCall || call({})
        try {
          await pendingCall
        } finally {
          pendingCall = undefined
        }
      }
      if (!caller) await credentials.get(ANY_REQUEST)
      if (caller) return caller
      const message = 'the function returned no bucket and region'
      throw functionError('KitFunctionAnswer', message)
    },
    _confirm: (Key, result) => confirmUpload(call, self._paths.confirms, Key, result),
  }
  return self
}
