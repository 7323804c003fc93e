import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalCloud, type LogEntry, startLocalCloud } from '@miniprogram-cos/local-cloud'
import { loadModule, VirtualClock, type WireOptions } from '@miniprogram-cos/simulator'
import { CLIENT_FILE, createSimulatedPhone, loadOfficialClient } from '../../../test/support/phones'
import { send, signByOfficialSdk } from '../../../test/support/rawRequest'
import { BUCKET, REGION, ROOT_KEY } from '../../../test/support/testCloud'

export const AT = { Bucket: BUCKET, Region: REGION }

export type ClientName = 'ours' | 'theirs'
interface Uploaded {
  files: { error: object | null }[]
}
/** What both clients have, and what is used of it. */
export interface AnyCOS {
  headObject: (params: object) => Promise<object>
  uploadFile: (params: object) => Promise<object>
  sliceUploadFile: (params: object) => Promise<object>
  uploadFiles: (params: object) => Promise<Uploaded>
}
type AnyClient = new (options: object) => AnyCOS

/** A phone on a slow network, in virtual time, with one of the two clients. */
export interface SlowPhone {
  COS: AnyClient
  clock: VirtualClock
  /** Puts a file on the phone; its path. */
  file: (name: string, bytes: Uint8Array) => string
  /** What has reached COS. */
  log: LogEntry[]
}

/** The local cloud, and phones whose network leads to it. */
export interface SlowPhones {
  cloud: LocalCloud
  start: (client: ClientName, wire: WireOptions, clockOffset?: number) => SlowPhone
  /** @throws Error unless the object holds these bytes */
  verify: (key: string, bytes: Uint8Array) => Promise<void>
  end: () => Promise<void>
}

export async function createSlowPhones(): Promise<SlowPhones> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-phones-'))
  let clock = new VirtualClock()
  let log: LogEntry[] = []
  const cloud = await startLocalCloud({
    root: ROOT_KEY,
    buckets: [{ name: BUCKET, region: REGION }],
    clock: () => clock.now(),
    onCosRequest: (entry) => log.push(entry),
  })
  let count = 0
  const start = (client: ClientName, wire: WireOptions, clockOffset = 0): SlowPhone => {
    clock = new VirtualClock()
    const own: LogEntry[] = []
    log = own
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
    return { COS, clock, file, log: own }
  }
  const verify = async (key: string, bytes: Uint8Array) => {
    const keyTime = `${Math.floor(clock.now() / 1000) - 60};${Math.floor(clock.now() / 1000) + 600}`
    const answer = await send(cloud.cos, {
      path: `/${key}`,
      headers: { Authorization: signByOfficialSdk({ key, keyTime }) },
    })
    const [is, should] = [answer.bytes, bytes].map((one) =>
      createHash('sha256').update(one).digest('hex'),
    )
    if (answer.status !== 200 || is !== should) throw new Error(`${key} is not what was uploaded`)
  }
  const end = async () => {
    await cloud.close()
    rmSync(folder, { recursive: true, force: true })
  }
  return { cloud, start, verify, end }
}
