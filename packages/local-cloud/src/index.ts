import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { parseBucket } from '@miniprogram-cos/protocol'
import { Admin } from './admin/adminServer'
import { createCosServer } from './cos/cosServer'
import { FaultPlan, type FaultPlanOptions } from './cos/faults/faultPlan'
import type { LogEntry } from './cos/serve'
import { Store } from './cos/store/store'
import {
  type DeployedFunction,
  FunctionHost,
  type FunctionLogEntry,
} from './functions/functionHost'
import { createFunctionServer } from './functions/functionServer'
import { type KeyPair, KeyRing } from './keys/keyRing'
import type { Roles } from './sts/assumeRole'
import { createStsServer, type StsLogEntry } from './sts/stsServer'

export type { FaultAction, FaultPlanOptions, FaultRule } from './cos/faults/faultPlan'
export type { LogEntry } from './cos/serve'
export type { Caller } from './functions/caller'
export {
  type DeployedFunction,
  FunctionError,
  type FunctionLogEntry,
} from './functions/functionHost'
export type { KeyPair } from './keys/keyRing'
export type { StsLogEntry } from './sts/stsServer'

export interface LocalCloudOptions {
  /** Folder for objects and their metadata; made if need be. */
  data: string
  /** Buckets that exist from the start. */
  buckets: { name: string; region: string }[]
  /** The key pair that owns every bucket. */
  root: KeyPair
  /** Functions to host; each gets the root key and the STS address in its environment. */
  functions?: DeployedFunction[]
  /** 0 takes any free port. @default 0 */
  cosPort?: number
  /** @default 0 */
  stsPort?: number
  /** @default 0 */
  functionsPort?: number
  /** Page, request log, events and faults; loopback only. @default 0 */
  adminPort?: number
  /** What goes wrong on purpose; may be changed later through `faults` or the admin address. */
  faults?: FaultPlanOptions
  /** @default '127.0.0.1' */
  host?: string
  /** CloudBase environment id. @default 'local-env' */
  env?: string
  /** Roles for AssumeRole: ARN -> what it may do. @default `roleName/local` of the owner, all of COS */
  roles?: Roles
  /** Whether `cos.<region>.myqcloud.com/<bucket>/…` is answered. @default 'allow' */
  pathStyle?: 'allow' | 'refuse'
  /** Custom domains: `Host` -> bucket. */
  hosts?: Record<string, string>
  /** Unix milliseconds: for tests of expiry. @default Date.now */
  clock?: () => number
  onCosRequest?: (entry: LogEntry) => void
  onStsRequest?: (entry: StsLogEntry) => void
  onFunctionCall?: (entry: FunctionLogEntry) => void
}

export interface LocalCloud {
  /** `http://127.0.0.1:…` */
  cos: string
  sts: string
  functions: string
  /** Page of buckets and requests, `/log`, `/events`, `/faults`. */
  admin: string
  /** What goes wrong on purpose. */
  faults: FaultPlan
  root: KeyPair
  host: FunctionHost
  close: () => Promise<void>
}

/**
 * Starts COS, STS and the function host on loopback.
 *
 * @example
 * const cloud = await startLocalCloud({
 *   data: '.local-cloud', root: { SecretId: 'AKIDlocal', SecretKey: 'secret' },
 *   buckets: [{ name: 'media-1250000000', region: 'ap-guangzhou' }],
 * })
 */
export async function startLocalCloud(options: LocalCloudOptions): Promise<LocalCloud> {
  const clock = options.clock ?? Date.now
  const host = options.host ?? '127.0.0.1'
  const appid = parseBucket(options.buckets[0]?.name ?? '')?.appid ?? '1250000000'
  const keys = new KeyRing(options.root, appid)
  const store = await Store.open(options.data)
  for (const { name, region } of options.buckets) {
    if (!parseBucket(name)) throw new Error(`"${name}" is not a bucket name of the form name-appid`)
    if (!(await store.buckets.get(name))) {
      await store.buckets.put({ name, region, created: new Date(clock()).toISOString() })
    }
  }
  const { pathStyle = 'allow', hosts = {} } = options
  const faults = new FaultPlan(options.faults)
  const admin = new Admin(store, faults)
  const cosServer = createCosServer({
    store,
    keys,
    clock,
    addressing: { pathStyle, hosts },
    faults,
    log(entry) {
      admin.tell(entry)
      options.onCosRequest?.(entry)
    },
  })
  const roles = options.roles ?? defaultRoles(keys)
  const stsServer = createStsServer({ keys, roles, clock, log: options.onStsRequest })
  const cos = await listen(cosServer, options.cosPort ?? 0, host)
  const sts = await listen(stsServer, options.stsPort ?? 0, host)
  const functionHost = new FunctionHost({
    functions: (options.functions ?? []).map((one) => ({
      ...one,
      variables: {
        COS_STS_SECRET_ID: options.root.SecretId,
        COS_STS_SECRET_KEY: options.root.SecretKey,
        COS_STS_ENDPOINT: sts,
        ...one.variables,
      },
    })),
    ...(options.env ? { env: options.env } : {}),
    log: options.onFunctionCall,
  })
  const functionServer = createFunctionServer(functionHost)
  const functions = await listen(functionServer, options.functionsPort ?? 0, host)
  const adminServer = admin.createServer()
  const adminAddress = await listen(adminServer, options.adminPort ?? 0, '127.0.0.1')
  return {
    cos,
    sts,
    functions,
    admin: adminAddress,
    faults,
    root: options.root,
    host: functionHost,
    async close() {
      await functionHost.close()
      await Promise.all([cosServer, stsServer, functionServer, adminServer].map(stop))
      await store.close()
    },
  }
}

/** One role to try AssumeRole with. */
function defaultRoles({ ownerUin }: KeyRing): Roles {
  const all = { effect: 'allow' as const, action: ['name/cos:*'], resource: ['*'] }
  return {
    [`qcs::cam::uin/${ownerUin}:roleName/local`]: { version: '2.0', statement: [all] },
  }
}

async function listen(server: Server, port: number, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, resolve)
  })
  const { port: taken } = server.address() as AddressInfo
  return `http://${host}:${taken}`
}

async function stop(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeAllConnections()
  await closed
}
