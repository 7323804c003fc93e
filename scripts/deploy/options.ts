import { parseArgs } from 'node:util'
import { FUNCTIONS } from '../build/functions'

export const USAGE = `npm run deploy -- [options]
  Builds the cloud functions, shows the plan, creates or updates them, reads them back, and calls each as nobody,
  which it must refuse. Then sets up the bucket. May be run as often as you like.
  Keys: .env or the environment (see .env.example). Settings: cos.config.ts
  --yes           without asking
  --dry-run       checks everything and prints the plan; changes nothing
  --only NAME     one function, and not the bucket
  --no-bucket     the functions only
  --cors ORIGIN   lets a browser page of that origin use the bucket; phones do not need it
  --recreate      makes a function anew when its runtime differs
  --rollback      brings the previous code back, as it was kept in .deploy/ on this computer`

export interface DeployOptions {
  help: boolean
  yes: boolean
  dryRun: boolean
  only: string | undefined
  bucket: boolean
  cors: string | undefined
  recreate: boolean
  rollback: boolean
}

/** @throws Error in one line */
export function readOptions(args: string[]): DeployOptions {
  const { values } = parseArgs({
    args,
    options: {
      help: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
      only: { type: 'string' },
      'no-bucket': { type: 'boolean', default: false },
      cors: { type: 'string' },
      recreate: { type: 'boolean', default: false },
      rollback: { type: 'boolean', default: false },
    },
  })
  const { help, yes, only, cors, recreate, rollback } = values
  if (only !== undefined && !FUNCTIONS.includes(only)) {
    throw new Error(`there is no function "${only}": ${FUNCTIONS.join(', ')}`)
  }
  if (cors !== undefined && !/^https?:\/\/[a-z0-9.-]+(:\d+)?$/.test(cors)) {
    throw new Error(`--cors takes an origin such as http://localhost:8080, got "${cors}"`)
  }
  const bucket = !values['no-bucket'] && only === undefined && !rollback
  if (cors !== undefined && !bucket) throw new Error('--cors needs the bucket to be configured')
  return { help, yes, dryRun: values['dry-run'], only, bucket, cors, recreate, rollback }
}
