import type { FaultPlan, FaultPlanOptions } from './cos/faults/faultPlan'
import type { LogEntry } from './cos/serve'
import type { DeployedFunction, FunctionHost, FunctionLogEntry } from './functions/functionHost'
import type { KeyPair } from './keys/keyRing'
import type { Roles } from './sts/assumeRole'
import type { StsLogEntry } from './sts/stsServer'

/** What the local cloud is to be. Everything has a default. */
export interface LocalCloudOptions {
  /** Folder for objects and their metadata; made if need be. @default in memory, gone at the end */
  data?: string | undefined
  /** Buckets that exist from the start. @default `media-1250000000` in ap-guangzhou */
  buckets?: { name: string; region: string }[]
  /** The key pair that owns every bucket. @default `LOCAL_ROOT_KEY`, known to everybody */
  root?: KeyPair
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
  /** COS and STS over HTTPS too, with a certificate generated for this start. @default false */
  tls?: boolean
  /** What goes wrong on purpose; may be changed later through `faults` or the admin address. */
  faults?: FaultPlanOptions
  /** @default '127.0.0.1' */
  host?: string
  /** CloudBase environment id. @default 'local-env' */
  env?: string
  /** Roles for AssumeRole: ARN -> what it may do. @default `roleName/local` of the owner, all of COS */
  roles?: Roles
  /** Whether `cos.<region>.myqcloud.com/<bucket>/…` is answered. @default 'refuse', as COS does */
  pathStyle?: 'allow' | 'refuse'
  /** Custom domains: `Host` -> bucket. */
  hosts?: Record<string, string>
  /** Milliseconds for which a body may fall silent, then it is `RequestTimeout`. @default 60000 */
  bodyIdleMs?: number
  /**
   * Milliseconds until a restored object can be read.
   * @default as documented: a minute for Expedited, 3 to 24 hours for other tiers
   */
  restoreDelayMs?: number
  /** Unix milliseconds: for tests of expiry. @default Date.now */
  clock?: () => number
  onCosRequest?: (entry: LogEntry) => void
  onStsRequest?: (entry: StsLogEntry) => void
  onFunctionCall?: (entry: FunctionLogEntry) => void
  /** Told what functions write to their log. @default this process's own output */
  onFunctionOutput?: (name: string, text: string) => void
}

/** A local cloud that runs. */
export interface LocalCloud {
  /** `http://127.0.0.1:…` */
  cos: string
  sts: string
  functions: string
  /** Page of buckets and requests, `/log`, `/events`, `/faults`. */
  admin: string
  /** With the option `tls`: the HTTPS addresses, and the certificate in PEM to trust them by. */
  tls?: { cos: string; sts: string; certificate: string }
  /** What goes wrong on purpose. */
  faults: FaultPlan
  root: KeyPair
  host: FunctionHost
  /** Back to the buckets of the options, empty. Not while requests are under way. */
  reset: () => Promise<void>
  /**
   * Puts every file of a folder into a bucket, its path as the key.
   * @param bucket @default the first
   * @returns how many objects were put
   * @throws Error for an unknown bucket, or a path that is no key COS accepts
   */
  seed: (folder: string, bucket?: string) => Promise<number>
  /**
   * Writes a bucket's current objects as files into an empty folder; `seed` reads it back.
   * @param bucket @default the first
   * @returns how many objects were written
   * @throws Error for an unknown bucket or a folder that is not empty
   */
  export: (folder: string, bucket?: string) => Promise<number>
  close: () => Promise<void>
}

/** The local cloud's own key pair. It opens nothing but local clouds, so it is no secret. */
export const LOCAL_ROOT_KEY: KeyPair = {
  SecretId: 'AKIDlocalcloudrootkey000000000000000',
  SecretKey: 'localcloudrootsecretkey000000000',
}

export const DEFAULT_BUCKET = { name: 'media-1250000000', region: 'ap-guangzhou' }
