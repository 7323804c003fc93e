import type { Server as HttpServer } from 'node:http'
import type { Server as HttpsServer } from 'node:https'
import { parseBucket } from '@miniprogram-cos/protocol'
import { Admin, type DataOperations } from './admin/adminServer'
import { type CosServices, createCosServer } from './cos/cosServer'
import { FaultPlan } from './cos/faults/faultPlan'
import type { BucketRecord } from './cos/store/records'
import { Store } from './cos/store/store'
import { exportBucket } from './data/exportBucket'
import { seedBucket } from './data/seed'
import { FunctionHost } from './functions/functionHost'
import { createFunctionServer } from './functions/functionServer'
import { KeyRing } from './keys/keyRing'
import { listen, stop } from './listen'
import {
  DEFAULT_BUCKET,
  LOCAL_ROOT_KEY,
  type LocalCloud,
  type LocalCloudOptions,
} from './localCloud'
import type { Roles } from './sts/assumeRole'
import { createStsServer, type StsServices } from './sts/stsServer'
import { generateCertificate } from './tls/certificate'

/**
 * Starts COS, STS and the function host on loopback.
 *
 * @throws Error for a bucket name that COS would refuse, a taken port, or data of a newer version
 * @example
 * const cloud = await startLocalCloud()
 * const cos = new COS({ ...cloud.root, Protocol: 'http:', Proxy: cloud.cos })
 */
export async function startLocalCloud(options: LocalCloudOptions = {}): Promise<LocalCloud> {
  const clock = options.clock ?? Date.now
  const host = options.host ?? '127.0.0.1'
  const root = options.root ?? LOCAL_ROOT_KEY
  const buckets = options.buckets ?? [DEFAULT_BUCKET]
  for (const { name } of buckets) {
    if (!parseBucket(name)) throw new Error(`"${name}" is not a bucket name of the form name-appid`)
  }
  const store = await Store.open(options.data)
  await makeBuckets(store, buckets, clock())
  const appid = parseBucket(buckets[0]?.name ?? '')?.appid ?? '1250000000'
  const keys = new KeyRing(root, appid)
  const faults = new FaultPlan(options.faults)
  const data = dataOperations(store, buckets, clock)
  const admin = new Admin({ store, keys, faults, data })
  const { pathStyle = 'refuse', hosts = {} } = options
  const cosServices: CosServices = {
    bodyIdleMs: options.bodyIdleMs,
    restoreDelayMs: options.restoreDelayMs,
    store,
    keys,
    clock,
    addressing: { pathStyle, hosts },
    faults,
    running: new Set(),
    log(entry) {
      admin.tell(entry)
      options.onCosRequest?.(entry)
    },
  }
  const roles = options.roles ?? defaultRoles(keys)
  const stsServices: StsServices = { keys, roles, clock, log: options.onStsRequest }
  const servers: (HttpServer | HttpsServer)[] = []
  const open = async (server: HttpServer | HttpsServer, port = 0, at = host) => {
    servers.push(server)
    try {
      return await listen(server, port, at)
    } catch (error) {
      // A taken port: nothing that was opened before may stay open.
      await Promise.all(servers.filter((one) => one.listening).map(stop))
      await store.close()
      throw error
    }
  }
  const cos = await open(createCosServer(cosServices), options.cosPort)
  const sts = await open(createStsServer(stsServices), options.stsPort)
  const functionHost = createFunctionHost(options, root, sts)
  const functions = await open(createFunctionServer(functionHost), options.functionsPort)
  const adminAddress = await open(admin.createServer(), options.adminPort, '127.0.0.1')
  let tls: LocalCloud['tls']
  if (options.tls) {
    const certificate = await generateCertificate(
      buckets.map(({ name, region }) => `${name}.cos.${region}.localhost`),
    )
    tls = {
      cos: await open(createCosServer(cosServices, certificate)),
      sts: await open(createStsServer(stsServices, certificate)),
      certificate: certificate.cert,
    }
  }
  return {
    cos,
    sts,
    functions,
    admin: adminAddress,
    ...(tls ? { tls } : {}),
    faults,
    root,
    host: functionHost,
    ...data,
    async close() {
      await functionHost.close()
      await Promise.all(servers.map(stop))
      await Promise.allSettled(cosServices.running)
      await store.close()
    },
  }
}

async function makeBuckets(
  store: Store,
  buckets: { name: string; region: string }[],
  now: number,
): Promise<void> {
  for (const { name, region } of buckets) {
    if (store.buckets.get(name)) continue
    await store.buckets.put({ name, region, created: new Date(now).toISOString() })
  }
}

function dataOperations(
  store: Store,
  buckets: { name: string; region: string }[],
  clock: () => number,
): DataOperations {
  const named = (name = buckets[0]?.name ?? ''): BucketRecord => {
    const bucket = store.buckets.get(name)
    if (!bucket) throw new Error(`there is no bucket "${name}"`)
    return bucket
  }
  return {
    async reset() {
      await store.clear()
      await makeBuckets(store, buckets, clock())
    },
    seed: async (folder, bucket) => seedBucket(store, named(bucket), folder, clock()),
    export: async (folder, bucket) => exportBucket(store, named(bucket), folder),
  }
}

function createFunctionHost(
  { functions = [], env, onFunctionCall, onFunctionOutput }: LocalCloudOptions,
  root: LocalCloud['root'],
  sts: string,
): FunctionHost {
  return new FunctionHost({
    functions: functions.map((one) => ({
      ...one,
      variables: {
        COS_STS_SECRET_ID: root.SecretId,
        COS_STS_SECRET_KEY: root.SecretKey,
        COS_STS_ENDPOINT: sts,
        ...one.variables,
      },
    })),
    ...(env ? { env } : {}),
    log: onFunctionCall,
    output: onFunctionOutput,
  })
}

/** One role to try AssumeRole with. */
function defaultRoles({ ownerUin }: KeyRing): Roles {
  const all = { effect: 'allow' as const, action: ['name/cos:*'], resource: ['*'] }
  return {
    [`qcs::cam::uin/${ownerUin}:roleName/local`]: { version: '2.0', statement: [all] },
  }
}
