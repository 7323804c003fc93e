import { join } from 'node:path'
import { config } from '../cos.config'
import { buildAll } from './build'
import { BUCKET, deployedFunctions, LOCAL_DATA } from './localSettings'
import { tellAdmin } from './runningClouds'

/** The local cloud with the functions of this repository and the bucket of its configuration. */
async function main(): Promise<void> {
  await buildAll()
  const { readCommand, runCommand, USAGE } = await import('@miniprogram-cos/local-cloud')
  const command = readCommand(process.argv.slice(2), process.env, {
    data: join(LOCAL_DATA, 'data'),
    buckets: [BUCKET],
    pathStyle: 'allow',
  })
  if (command.help) {
    console.log(`npm run -s local-cloud -- [options]\n${USAGE}`)
    return
  }
  const { admin } = await runCommand(command, { functions: deployedFunctions(), env: config.env })
  tellAdmin(admin)
}

main().catch(async (error: Error) => {
  const { explain, USAGE } = await import('@miniprogram-cos/local-cloud')
  console.error(`local-cloud: ${explain(error)}\n\n${USAGE}`)
  process.exit(2)
})
