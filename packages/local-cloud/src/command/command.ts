import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { checkPlan } from '../cos/faults'
import {
  DEFAULT_BUCKET,
  LOCAL_ROOT_KEY,
  type LocalCloud,
  type LocalCloudOptions,
  startLocalCloud,
} from '../start'
import { onLauncherExit } from './launcher'

interface CommandOption {
  type: 'string' | 'boolean'
  multiple?: true
  /** The name of its value in the usage. */
  value?: string
  /** Its description in the usage. */
  text?: string
}

/** Options of the command. Each can also be set by an environment variable `LOCAL_CLOUD_…`. */
export const OPTIONS = {
  'cos-port': {
    type: 'string',
    value: 'N',
    text: '0 = any free port (default), as for the other ports',
  },
  'sts-port': { type: 'string', value: 'N' },
  'functions-port': { type: 'string', value: 'N' },
  'admin-port': {
    type: 'string',
    value: 'N',
    text: 'page, request log, events, faults, reset, seed, export',
  },
  data: {
    type: 'string',
    value: 'DIR',
    text: 'folder of the data; default .local-cloud/data',
  },
  memory: { type: 'boolean', text: 'keep the data in memory only' },
  bucket: {
    type: 'string',
    multiple: true,
    value: 'NAME-APPID',
    text: 'bucket to create at start; repeatable',
  },
  region: {
    type: 'string',
    value: 'REGION',
    text: `region of these buckets; default ${DEFAULT_BUCKET.region}`,
  },
  domain: {
    type: 'string',
    multiple: true,
    value: 'HOST=BUCKET',
    text: 'custom domain; repeatable',
  },
  collection: {
    type: 'string',
    multiple: true,
    value: 'NAME',
    text: 'collection of the CloudBase database to create at start; repeatable',
  },
  'secret-id': { type: 'string', value: 'ID', text: 'key pair that owns every bucket' },
  'secret-key': { type: 'string', value: 'KEY' },
  'path-style': { type: 'string', value: 'allow|refuse' },
  'restore-delay': {
    type: 'string',
    value: 'SEC',
    text: 'time that a restore takes; default as documented by COS',
  },
  faults: { type: 'string', value: 'FILE', text: 'JSON: {"seed":1,"rules":[…]}' },
  seed: {
    type: 'string',
    value: 'DIR',
    text: 'put the files of a folder into the first bucket',
  },
  reset: { type: 'boolean', text: 'delete the data first' },
  tls: {
    type: 'boolean',
    text: 'serve COS and STS over HTTPS too, with a generated certificate',
  },
  log: { type: 'boolean', text: 'log requests to standard error' },
  help: { type: 'boolean', text: 'print these options' },
} as const satisfies Record<string, CommandOption>

/**
 * Lists the options, one a line.
 * @param translations descriptions in another language, by the name of the option
 */
export function listOptions(translations: Record<string, string> = {}): string {
  const options: [string, CommandOption][] = Object.entries(OPTIONS)
  return options
    .map(([name, { value = '', text = '' }]) => {
      const option = `  --${name} ${value}`.trimEnd()
      return `${option.padEnd(22)} ${translations[name] ?? text}`.trimEnd()
    })
    .join('\n')
}

/** The usage in English. */
export const USAGE = `options (or LOCAL_CLOUD_COS_PORT=9000 … in the environment):\n${listOptions()}`

/** A parsed command line. */
export interface Command {
  help: boolean
  /** Folder of the data; undefined to keep the data in memory. */
  data: string | undefined
  /** Options of `startLocalCloud`. */
  options: LocalCloudOptions & Required<Pick<LocalCloudOptions, 'root' | 'buckets'>>
  /** Whether the secret is the user's own, which must not be printed. */
  hasOwnSecret: boolean
  seed: string | undefined
  reset: boolean
  log: boolean
}

/** Defaults, which depend on the program that runs the command. */
interface CommandDefaults {
  data: string
  buckets: { name: string; region: string }[]
  pathStyle: 'allow' | 'refuse'
}

type Values = Record<string, string | boolean | string[] | undefined>

/** @throws Error that names the invalid option */
export function readCommand(
  args: string[],
  environment: Record<string, string | undefined>,
  defaults: CommandDefaults,
): Command {
  const { values: parsed } = parseArgs({ args, options: OPTIONS })
  const values: Values = { ...fromEnvironment(environment), ...parsed }
  const text = (name: string) => values[name] as string | undefined
  const region = text('region') ?? DEFAULT_BUCKET.region
  const names = values.bucket as string[] | undefined
  const pathStyle = text('path-style') ?? defaults.pathStyle
  if (pathStyle !== 'allow' && pathStyle !== 'refuse') {
    throw new Error(`--path-style must be allow or refuse, got "${pathStyle}"`)
  }
  const faults = text('faults')
  return {
    help: values.help === true,
    data: values.memory ? undefined : (text('data') ?? defaults.data),
    options: {
      buckets: names ? names.map((name) => ({ name, region })) : defaults.buckets,
      root: {
        SecretId: text('secret-id') ?? LOCAL_ROOT_KEY.SecretId,
        SecretKey: text('secret-key') ?? LOCAL_ROOT_KEY.SecretKey,
      },
      cosPort: readPort(text('cos-port'), '--cos-port'),
      stsPort: readPort(text('sts-port'), '--sts-port'),
      functionsPort: readPort(text('functions-port'), '--functions-port'),
      adminPort: readPort(text('admin-port'), '--admin-port'),
      pathStyle,
      ...readRestoreDelay(text('restore-delay')),
      hosts: readHosts((values.domain as string[] | undefined) ?? []),
      collections: (values.collection as string[] | undefined) ?? [],
      tls: values.tls === true,
      ...(faults ? { faults: checkPlan(JSON.parse(readFileSync(faults, 'utf8'))) } : {}),
    },
    hasOwnSecret: values['secret-key'] !== undefined,
    seed: text('seed'),
    reset: values.reset === true,
    log: values.log === true,
  }
}

/** `LOCAL_CLOUD_COS_PORT` sets `--cos-port`. Lists are separated by commas, switches are `1` or `true`. */
function fromEnvironment(environment: Record<string, string | undefined>): Values {
  const values: Values = {}
  for (const [name, option] of Object.entries(OPTIONS)) {
    const text = environment[`LOCAL_CLOUD_${name.toUpperCase().replace(/-/g, '_')}`]
    if (text === undefined || text === '') continue
    if (option.type === 'boolean') values[name] = text === '1' || text === 'true'
    else values[name] = 'multiple' in option ? text.split(',') : text
  }
  return values
}

function readPort(text: string | undefined, option: string): number {
  const port = Number(text ?? 0)
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port
  throw new Error(`${option} must be a port number, got "${text}"`)
}

function readRestoreDelay(text: string | undefined): { restoreDelayMs?: number } {
  if (text === undefined) return {}
  const seconds = Number(text)
  if (text !== '' && seconds >= 0) return { restoreDelayMs: seconds * 1000 }
  throw new Error(`--restore-delay must be a number of seconds, got "${text}"`)
}

function readHosts(domains: string[]): Record<string, string> {
  return Object.fromEntries(
    domains.map((domain) => {
      const [host, bucket] = domain.split('=')
      if (!host || !bucket) throw new Error(`--domain must be HOST=BUCKET, got "${domain}"`)
      return [host, bucket]
    }),
  )
}

/**
 * Starts the local cloud with the options of a command line, and prints one JSON line when all servers listen. It ends on
 * SIGINT, SIGTERM and SIGHUP, and when the process that launched it ends.
 */
export async function runCommand(
  command: Command,
  furtherOptions: LocalCloudOptions = {},
): Promise<LocalCloud> {
  const { data, options, seed } = command
  const log = command.log ? (entry: object) => console.error(JSON.stringify(entry)) : undefined
  const opening = startLocalCloud({
    ...options,
    ...furtherOptions,
    data,
    ...(log ? { onCosRequest: log, onStsRequest: log, onFunctionCall: log } : {}),
  })
  closeOnExit(opening)
  const cloud = await opening
  if (command.reset) await cloud.reset()
  const seeded = seed === undefined ? undefined : await cloud.seed(seed)
  const { cos, sts, functions, cloudBase, admin, tls } = cloud
  const [bucket] = options.buckets
  const ready = {
    ready: true,
    cos,
    sts,
    functions,
    cloudBase,
    admin,
    bucket: bucket?.name,
    region: bucket?.region,
    data: data ?? 'in memory',
    secretId: options.root.SecretId,
    // The user's own key is not printed.
    ...(command.hasOwnSecret ? {} : { secretKey: options.root.SecretKey }),
    ...(seeded === undefined ? {} : { seeded }),
    ...(tls ? { tls: { ...tls, certificate: certificateFile(tls.certificate, data) } } : {}),
  }
  console.log(JSON.stringify(ready))
  return cloud
}

/** Called before the cloud has started, so that no signal is lost meanwhile. */
function closeOnExit(opening: Promise<LocalCloud>): void {
  let isClosing = false
  const close = () => {
    if (isClosing) return
    isClosing = true
    const closed = opening.then((cloud) => cloud.close())
    void closed.finally(() => process.exit(0))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, close)
  onLauncherExit(close)
}

/** Writes the certificate to a file, for NODE_EXTRA_CA_CERTS and `curl --cacert`. */
function certificateFile(certificate: string, data = join(tmpdir(), 'local-cloud')): string {
  mkdirSync(data, { recursive: true })
  const file = join(data, 'certificate.pem')
  writeFileSync(file, certificate)
  return file
}

/** The message of an error. LevelDB reports in `cause` that the data is in use. */
export function explain(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause.message : undefined
  if (cause && /lock/i.test(cause)) return 'the data folder is in use by another local cloud'
  return cause ? `${error.message}: ${cause}` : error.message
}
