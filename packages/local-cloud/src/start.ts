import { parseBucket } from '@miniprogram-cos/protocol'
import { Admin, type DataCommands } from './admin'
import type { DatabaseActions } from './cloudbase/database'
import { Documents } from './cloudbase/documents'
import { MediaCheck, type MediaCheckOptions } from './cloudbase/openApi'
import { cloudBaseVariables, createCloudBaseServer, newFunctionsKey } from './cloudbase/server'
import { CloudStorage } from './cloudbase/storage'
import { FaultPlan, type FaultPlanOptions } from './cos/faults'
import { ImageProcessor } from './cos/images/imageProcessor'
import { startLifecycle } from './cos/lifecycle'
import type { CosServices } from './cos/pipeline'
import type { ExplainPath, LogEntry } from './cos/requestLog'
import { createCosServer } from './cos/server'
import type { BucketRecord } from './cos/store/records'
import { Store } from './cos/store/store'
import { type DeployedFunction, FunctionHost, type FunctionLogEntry } from './functions/host'
import { createFunctionServer } from './functions/server'
import { generateCertificate, listen, type Server, stop } from './http'
import { exportBucket, seedBucket } from './importExport'
import { type KeyPair, KeyRing } from './sts/keys'
import { createStsServer, type Roles, type StsLogEntry, type StsServices } from './sts/server'

/** Options of the local cloud. All have a default. */
export interface LocalCloudOptions {
  /** Folder for objects and their metadata, created if necessary. @default in memory only */
  data?: string | undefined
  /** Buckets that are created at start. @default `media-1250000000` in ap-guangzhou */
  buckets?: { name: string; region: string }[]
  /** The key pair that owns all buckets. @default `LOCAL_ROOT_KEY`, which is public */
  root?: KeyPair
  /**
   * Functions to host. Their environment contains the root key, the addresses of STS and COS, and the variables with which
   * wx-server-sdk calls the database and the storage of this cloud. @default []
   */
  functions?: DeployedFunction[]
  /** Collections of the CloudBase database that are created at start. @default [] */
  collections?: string[]
  /** Port of COS; 0 for any free port. @default 0 */
  cosPort?: number
  /** Port of STS. @default 0 */
  stsPort?: number
  /** Port of the function host. @default 0 */
  functionsPort?: number
  /** Port of the admin page, request log, events and faults, on loopback only. @default 0 */
  adminPort?: number
  /** Also serves COS and STS over HTTPS, with a newly generated certificate. @default false */
  tls?: boolean
  /**
   * Imitates `cloud.openapi.security.mediaCheckAsync` with the given decisions. @default calls fail with `NotImplemented`
   */
  mediaCheck?: MediaCheckOptions
  /** Faults to inject. They can be changed later by `LocalCloud.faults` or the admin address. @default none */
  faults?: FaultPlanOptions
  /** Address to listen on. @default '127.0.0.1' */
  host?: string
  /** CloudBase environment id. @default 'local-env' */
  env?: string
  /** Roles for AssumeRole: ARN -> policy. @default `roleName/local` of the owner, which allows all of COS */
  roles?: Roles
  /** Whether `cos.<region>.myqcloud.com/<bucket>/…` is served. @default 'refuse', as COS does */
  pathStyle?: 'allow' | 'refuse'
  /** Custom domains: `Host` -> bucket. */
  hosts?: Record<string, string>
  /** Milliseconds without progress after which a body is `RequestTimeout`. @default 60000 */
  bodyIdleMs?: number
  /**
   * Milliseconds until a restored object can be read.
   * @default the documented time: one minute for Expedited, 3 to 24 hours for other tiers (document 436/12633)
   */
  restoreDelayMs?: number
  /** The current time in Unix milliseconds, for tests of expiry. @default Date.now */
  clock?: () => number
  /** Called for each request to COS. */
  onCosRequest?: (entry: LogEntry) => void
  /**
   * Returns the access rule of the app that covers a path. The result is part of the `Decision` in refusals and in the request
   * log. @default refusals name only policies
   */
  explainPath?: ExplainPath
  /** Called for each request to STS. */
  onStsRequest?: (entry: StsLogEntry) => void
  /** Called for each function call. */
  onFunctionCall?: (entry: FunctionLogEntry) => void
  /** Receives the output of functions. @default this process's output */
  onFunctionOutput?: (name: string, text: string) => void
}

/** A running local cloud. */
export interface LocalCloud {
  /** Address of COS: `http://127.0.0.1:…`. */
  cos: string
  /** Address of STS. */
  sts: string
  /** Address of the function host. */
  functions: string
  /** Address of the CloudBase API, which wx-server-sdk calls: database and storage. */
  cloudBase: string
  /** Executes an action `storage.…` of the CloudBase API without HTTP. @throws CloudBaseError */
  storage: (action: string, params: Record<string, unknown>) => Promise<Record<string, unknown>>
  /** Address of the admin page, `/object`, `/log`, `/events`, `/faults`, `/reset`, `/seed`, `/export`. */
  admin: string
  /** With the option `tls`: the HTTPS addresses, and their certificate in PEM. */
  tls?: { cos: string; sts: string; certificate: string }
  /** The injected faults, which can be changed. */
  faults: FaultPlan
  /** The key pair that owns all buckets. */
  root: KeyPair
  /** Calls functions without HTTP. */
  host: FunctionHost
  /** Replaces the hosted functions, as a deployment does. The next call loads their current files. */
  deployFunctions: (functions: DeployedFunction[]) => void
  /** Deletes all data and creates the buckets of the options. Must not be called while requests are in progress. */
  reset: () => Promise<void>
  /**
   * Puts all files of a folder into a bucket, with their paths as keys.
   * @param bucket @default the first bucket
   * @returns the number of objects put
   * @throws Error for an unknown bucket, or a path that is not a valid key
   */
  seed: (folder: string, bucket?: string) => Promise<number>
  /**
   * Writes a bucket's current objects as files to an empty folder, which `seed` can read.
   * @param bucket @default the first bucket
   * @returns the number of objects written
   * @throws Error for an unknown bucket or a folder that is not empty
   */
  export: (folder: string, bucket?: string) => Promise<number>
  /** Stops all servers. Data in a folder is kept. */
  close: () => Promise<void>
}

/** The default key pair. It is valid for local clouds only, and not a secret. */
export const LOCAL_ROOT_KEY: KeyPair = {
  SecretId: 'AKIDlocalcloudrootkey000000000000000',
  SecretKey: 'localcloudrootsecretkey000000000',
}

export const DEFAULT_BUCKET = { name: 'media-1250000000', region: 'ap-guangzhou' }

/**
 * Starts a local cloud: COS, STS, the function host, the CloudBase API and the admin page, by default on loopback.
 *
 * @throws Error for an invalid bucket name, a port in use, or data of a newer version
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
  const documents = await Documents.open(store.database)
  const { collections } = options
  await createMissing(store, documents, { buckets, collections }, clock())
  const stopLifecycle = await startLifecycle(store, clock)
  const appid = parseBucket(buckets[0]?.name ?? '')?.appid ?? '1250000000'
  const keys = new KeyRing(root, appid)

  const faults = new FaultPlan(options.faults)
  const bucketNamed = (name = buckets[0]?.name ?? ''): BucketRecord => {
    const bucket = store.buckets.get(name)
    if (!bucket) throw new Error(`there is no bucket "${name}"`)
    return bucket
  }
  const commands: DataCommands = {
    async reset() {
      await store.clear()
      await documents.clear()
      await createMissing(store, documents, { buckets, collections }, clock())
    },
    seed: async (folder, bucket) => seedBucket(store, bucketNamed(bucket), folder, clock()),
    export: async (folder, bucket) => exportBucket(store, bucketNamed(bucket), folder),
  }
  const admin = new Admin({ store, documents, keys, faults, commands, clock })

  const { pathStyle = 'refuse', hosts = {} } = options
  const cosServices: CosServices = {
    bodyIdleMs: options.bodyIdleMs,
    restoreDelayMs: options.restoreDelayMs,
    explainPath: options.explainPath,
    store,
    keys,
    clock,
    addressing: { pathStyle, hosts },
    images: new ImageProcessor(),
    faults,
    running: new Set(),
    log(entry) {
      admin.record(entry)
      options.onCosRequest?.(entry)
    },
  }
  const roles = options.roles ?? defaultRoles(keys)
  const stsServices: StsServices = { keys, roles, clock, log: options.onStsRequest }

  const servers: Server[] = []
  const open = async (server: Server, port = 0, at = host) => {
    servers.push(server)
    try {
      return await listen(server, port, at)
    } catch (error) {
      // The port is in use: close the servers that listen already.
      await Promise.all(servers.filter(({ listening }) => listening).map(stop))
      await stopLifecycle()
      await store.close()
      throw error
    }
  }
  const cos = await open(createCosServer(cosServices), options.cosPort)
  const sts = await open(createStsServer(stsServices), options.stsPort)

  const functionsKey = newFunctionsKey()
  const mediaCheck =
    options.mediaCheck &&
    new MediaCheck({
      ...options.mediaCheck,
      cos: () => cos,
      deliver: (name, message, openid) => functionHost.call(name, message, { openid }),
      clock,
    })
  const cloudBaseServices = {
    mediaCheck,
    database: openDatabase(documents, clock),
    storage: new CloudStorage(store, options.env ?? 'local-env', appid, clock),
    keys: [root, functionsKey],
    clock,
  }
  const cloudBase = await open(createCloudBaseServer(cloudBaseServices))

  const variables = {
    COS_STS_SECRET_ID: root.SecretId,
    COS_STS_SECRET_KEY: root.SecretKey,
    COS_STS_ENDPOINT: sts,
    COS_ENDPOINT: cos,
    ...cloudBaseVariables(cloudBase, functionsKey),
  }
  const functionHost = new FunctionHost({
    functions: options.functions ?? [],
    variables,
    env: options.env,
    log: options.onFunctionCall,
    output: options.onFunctionOutput,
  })
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
    cloudBase,
    storage: (action, params) => cloudBaseServices.storage.run(action, params, cloudBase),
    admin: adminAddress,
    ...(tls ? { tls } : {}),
    faults,
    root,
    host: functionHost,
    deployFunctions: (functions) => functionHost.deploy(functions),
    ...commands,
    async close() {
      mediaCheck?.close()
      await functionHost.close()
      await Promise.all(servers.map(stop))
      await Promise.allSettled(cosServices.running)
      await stopLifecycle()
      await store.close()
    },
  }
}

/** Loads the query engine with the first action, because its 300 modules take as long to load as all others together. */
function openDatabase(documents: Documents, clock: () => number): () => Promise<DatabaseActions> {
  let actions: Promise<DatabaseActions> | undefined
  return () => {
    actions ??= import('./cloudbase/database').then(
      (module) => new module.DatabaseActions(documents, clock),
    )
    return actions
  }
}

/** Creates the buckets and collections of the options that do not exist. */
async function createMissing(
  store: Store,
  documents: Documents,
  { buckets = [], collections = [] }: Pick<LocalCloudOptions, 'buckets' | 'collections'>,
  now: number,
): Promise<void> {
  for (const { name, region } of buckets) {
    if (store.buckets.get(name)) continue
    await store.buckets.put({ name, region, created: new Date(now).toISOString() })
  }
  for (const name of collections) await documents.createCollection(name)
}

/** A role for AssumeRole that allows all of COS and of data processing. */
function defaultRoles({ ownerUin }: KeyRing): Roles {
  const all = { effect: 'allow' as const, action: ['name/cos:*', 'ci:*'], resource: ['*'] }
  return {
    [`qcs::cam::uin/${ownerUin}:roleName/local`]: { version: '2.0', statement: [all] },
  }
}
