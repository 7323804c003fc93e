import { join } from 'node:path'
import { DEFAULT_BUCKET } from '../start'
import { explain, readCommand, runCommand, USAGE } from './command'

/** The command `local-cloud`: COS and STS without functions. */
async function main(): Promise<void> {
  const command = readCommand(process.argv.slice(2), process.env, {
    data: join(process.cwd(), '.local-cloud', 'data'),
    buckets: [DEFAULT_BUCKET],
    pathStyle: 'refuse',
  })
  if (command.help) console.log(`local-cloud [options]\n${USAGE}`)
  else await runCommand(command)
}

main().catch((error: Error) => {
  console.error(`local-cloud: ${explain(error)}\n\n${USAGE}`)
  process.exit(2)
})
