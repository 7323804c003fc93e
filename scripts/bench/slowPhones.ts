import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalCloud, startLocalCloud } from '@miniprogram-cos/local-cloud'
import { fetchTemporaryKey } from '@miniprogram-cos/server'
import { loadModule, VirtualClock, type WireOptions } from '@miniprogram-cos/simulator'
import { send, signByOfficialSdk } from '../../test/support/cosRequests'
import { CLIENT_FILE, createSimulatedPhone, loadOfficialClient } from '../../test/support/phones'
import { BUCKET, REGION, ROOT_KEY } from '../../test/support/testCloud'

export const AT = { Bucket: BUCKET, Region: REGION }

export type ClientName = 'ours' | 'peer'
interface Uploaded {
  files: { error: object | null }[]
}
/** The methods of both clients that are measured. */
export interface AnyCOS {
  headObject: (params: object) => Promise<object>
  getObject: (params: object) => Promise<{ Body: ArrayBuffer }>
  uploadFile: (params: object) => Promise<object>
  sliceUploadFile: (params: object) => Promise<object>
  uploadFiles: (params: object) => Promise<Uploaded>
}
type AnyClient = new (options: object) => AnyCOS

/** A phone on a slow network, in virtual time, with one of the two clients. */
export interface SlowPhone {
  COS: AnyClient
  clock: VirtualClock
  /** Writes a file on the phone and returns its path. */
  file: (name: string, bytes: Uint8Array) => string
  /** Keys of the local STS. */
  createKeys: (options: KeyOptions) => ScopedKeys
}

/** The local cloud, and phones that are connected to it. */
export interface SlowPhones {
  cloud: LocalCloud
  start: (client: ClientName, wire: WireOptions, clockOffset?: number) => SlowPhone
  /** Puts an object into the bucket without any phone. */
  put: (key: string, bytes: Uint8Array) => Promise<void>
  /** @throws Error unless the object holds these bytes */
  verify: (key: string, bytes: Uint8Array) => Promise<void>
  close: () => Promise<void>
}

export async function createSlowPhones(): Promise<SlowPhones> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-phones-'))
  let clock = new VirtualClock()
  const cloud = await startLocalCloud({
    root: ROOT_KEY,
    buckets: [{ name: BUCKET, region: REGION }],
    clock: () => clock.now(),
  })
  let count = 0
  const start = (client: ClientName, wire: WireOptions, clockOffset = 0): SlowPhone => {
    clock = new VirtualClock()
    const { wx, realPath } = createSimulatedPhone({ ...cloud, folder }, `phone${++count}`, {
      wire,
      clock,
    })
    const globals = clock.globals(clockOffset)
    const COS =
      client === 'ours'
        ? loadModule<AnyClient>(CLIENT_FILE, { wx, globals })
        : loadOfficialClient<AnyClient>(wx, globals)
    const file = (name: string, bytes: Uint8Array) => {
      const path = `${wx.env.USER_DATA_PATH}/${name}`
      writeFileSync(realPath(path), bytes)
      return path
    }
    const keysClock = clock
    const createKeys = (options: KeyOptions) => createScopedKeys(cloud.sts, keysClock, options)
    return { COS, clock, file, createKeys }
  }
  const sendSigned = (method: string, key: string, body?: Uint8Array) => {
    const now = Math.floor(clock.now() / 1000)
    const keyTime = `${now - 60};${now + 600}`
    const Authorization = signByOfficialSdk({ method, key, keyTime })
    const headers = { Authorization, ...(body ? { 'Content-Length': body.length } : {}) }
    return send(cloud.cos, { method, path: `/${key}`, headers, ...(body ? { body } : {}) })
  }
  const put = async (key: string, bytes: Uint8Array) => {
    const { status } = await sendSigned('PUT', key, bytes)
    if (status !== 200) throw new Error(`${key} returned ${status}`)
  }
  const verify = async (key: string, bytes: Uint8Array) => {
    const answer = await sendSigned('GET', key)
    const [is, should] = [answer.bytes, bytes].map((one) =>
      createHash('sha256').update(one).digest('hex'),
    )
    if (answer.status !== 200 || is !== should)
      throw new Error(`${key} differs from what was uploaded`)
  }
  const close = async () => {
    await cloud.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { cloud, start, put, verify, close }
}

interface KeyOptions {
  /**
   * Keys permit exactly the requested scope, so a successful upload has requested what it needs; otherwise they permit
   * everything in the bucket.
   */
  isScoped: boolean
  /** How long the function takes. */
  milliseconds: number
}

interface AuthorizationRequest {
  Scope: { action: string; prefix: string }[]
}

/** A typical getAuthorization: calls a function, which calls STS and takes some time. */
interface ScopedKeys {
  getAuthorization: (request: AuthorizationRequest, callback: (key: object) => void) => void
  calls: () => number
}

const UID = '1250000000'

function createScopedKeys(
  sts: string,
  clock: VirtualClock,
  { isScoped, milliseconds }: KeyOptions,
): ScopedKeys {
  const access = { ...ROOT_KEY, region: REGION, localEndpoint: sts }
  let calls = 0
  const getAuthorization: ScopedKeys['getAuthorization'] = ({ Scope }, callback) => {
    calls++
    const policy = policyOf(isScoped ? Scope : [{ action: 'name/cos:*', prefix: '*' }])
    clock.schedule(milliseconds, () => {
      void clock.during(fetchTemporaryKey(access, 'phone', policy, 1800)).then((key) =>
        callback({
          TmpSecretId: key.tmpSecretId,
          TmpSecretKey: key.tmpSecretKey,
          SecurityToken: key.sessionToken,
          StartTime: key.startTime,
          ExpiredTime: key.expiredTime,
          ...(isScoped ? { ScopeLimit: true } : {}),
        }),
      )
    })
  }
  return { getAuthorization, calls: () => calls }
}

/** One statement for each action. */
function policyOf(scope: AuthorizationRequest['Scope']): string {
  const resources = new Map<string, string[]>()
  for (const { action, prefix } of scope) {
    const resource = `qcs::cos:${REGION}:uid/${UID}:${BUCKET}/${prefix}`
    resources.set(action, [...(resources.get(action) ?? []), resource])
  }
  const statement = [...resources].map(([action, resource]) => ({
    effect: 'allow',
    action: [action],
    resource,
  }))
  return JSON.stringify({ version: '2.0', statement })
}
