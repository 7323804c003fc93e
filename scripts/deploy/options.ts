import { parseArgs } from 'node:util'
import { FUNCTIONS } from '../build/functions'

export const USAGE = `npm run deploy -- [options]
  Builds the cloud functions, shows the plan, makes COS check every header and parameter of a signature, creates or
  updates the functions, reads them back, and invokes each anonymously, which it must refuse. Then sets up the rest of
  the bucket. May be run as often as you like.
  Keys: .env or the environment (see .env.example). Settings: cos.config.ts
  --yes           without asking
  --dry-run       checks everything and prints the plan; changes nothing
  --only NAME     one function; the bucket is not changed
  --no-bucket     the functions only; the bucket is not changed
  --max-instances N  at most N instances of each function at once (default 20; 0 leaves the limit as it is)
  --allow-lax-signatures  deploys cos-signature although the bucket does not have strict signatures
  --cors ORIGIN   lets a browser page of that origin use the bucket; phones do not need it
  --recreate      makes a function anew when its runtime differs
  --rollback      brings the previous code back, as it was kept in .deploy/ on this computer`

export interface DeployOptions {
  help: boolean
  yes: boolean
  dryRun: boolean
  only: string | undefined
  bucket: boolean
  /** Deploys cos-signature to a bucket without strict signatures. */
  laxSignatures: boolean
  /** Most instances of a function at once; 0 leaves the limit as it is. */
  maxInstances: number
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
      'max-instances': { type: 'string', default: '20' },
      'allow-lax-signatures': { type: 'boolean', default: false },
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
  const maxInstances = Number(values['max-instances'])
  if (!/^\d{1,3}$/.test(values['max-instances'])) {
    throw new Error(
      `--max-instances takes a number from 0 to 999, got "${values['max-instances']}"`,
    )
  }
  const laxSignatures = values['allow-lax-signatures']
  const dryRun = values['dry-run']
  return { help, yes, dryRun, only, bucket, laxSignatures, maxInstances, cors, recreate, rollback }
}
