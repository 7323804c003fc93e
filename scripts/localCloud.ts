import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { config } from '../cos.config'
import { buildAll } from './build'
import { BUCKET, deployedFunctions, LOCAL_DATA, LOCAL_ROOT_KEY } from './localSettings'

const USAGE = `npm run -s local-cloud -- [options]
  --cos-port N         0 = any free port (default)
  --sts-port N
  --functions-port N
  --admin-port N       page, request log, events, faults
  --data DIR           default .local-cloud/data
  --secret-id ID       key pair that owns every bucket
  --secret-key KEY
  --path-style refuse  as COS answers for buckets made since 2024-01-01
  --log                one line per request on standard error`

/** The local cloud on its own. Standard output is one JSON line, once everything listens. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      'cos-port': { type: 'string' },
      'sts-port': { type: 'string' },
      'functions-port': { type: 'string' },
      'admin-port': { type: 'string' },
      'path-style': { type: 'string' },
      data: { type: 'string' },
      'secret-id': { type: 'string' },
      'secret-key': { type: 'string' },
      log: { type: 'boolean' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  await buildAll()
  const { startLocalCloud } = await import('@miniprogram-cos/local-cloud')
  const root = {
    SecretId: values['secret-id'] ?? LOCAL_ROOT_KEY.SecretId,
    SecretKey: values['secret-key'] ?? LOCAL_ROOT_KEY.SecretKey,
  }
  const data = values.data ?? join(LOCAL_DATA, 'data')
  const log = values.log ? (entry: object) => console.error(JSON.stringify(entry)) : undefined
  const cloud = await startLocalCloud({
    data,
    root,
    buckets: [BUCKET],
    functions: deployedFunctions(),
    env: config.env,
    cosPort: portOf(values['cos-port'], '--cos-port'),
    stsPort: portOf(values['sts-port'], '--sts-port'),
    functionsPort: portOf(values['functions-port'], '--functions-port'),
    adminPort: portOf(values['admin-port'], '--admin-port'),
    pathStyle: values['path-style'] === 'refuse' ? 'refuse' : 'allow',
    ...(log ? { onCosRequest: log, onStsRequest: log, onFunctionCall: log } : {}),
  })
  const { cos, sts, functions, admin } = cloud
  const ready = {
    ready: true,
    cos,
    sts,
    functions,
    admin,
    bucket: BUCKET.name,
    region: BUCKET.region,
    data,
    secretId: root.SecretId,
    // A key of the user's own is not repeated.
    ...(values['secret-key'] ? {} : { secretKey: root.SecretKey }),
  }
  console.log(JSON.stringify(ready))
  const stop = () => void cloud.close().then(() => process.exit(0))
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
}

function portOf(text: string | undefined, option: string): number {
  const port = Number(text ?? 0)
  if (Number.isInteger(port) && port >= 0 && port <= 65535) return port
  throw new Error(`${option} must be a port number, got "${text}"`)
}

main().catch((error: Error) => {
  console.error(`local-cloud: ${explain(error)}\n\n${USAGE}`)
  process.exit(2)
})

/** LevelDB's own message hides the cause, and the usual cause is a second start. */
function explain(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause.message : undefined
  if (cause && /lock/i.test(cause)) return 'the data folder is in use by another local cloud'
  return cause ? `${error.message}: ${cause}` : error.message
}
