import { mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../start'
import { onLauncherExit } from './launcher'
import type { Command } from './options'

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
