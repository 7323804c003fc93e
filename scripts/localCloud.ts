import { join } from 'node:path'
import { config } from '../cos.config'
import { onLauncherExit } from '../packages/local-cloud/src/command/launcher'
import { buildAll } from './build'
import { BUCKET, deployedFunctions, LOCAL_DATA } from './localSettings'
import { tellAdmin } from './runningClouds'

/** The local cloud with the functions of this repository and the bucket of its configuration. */
async function main(): Promise<void> {
  const stopWatching = onLauncherExit(() => process.exit(1))
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
  const running = runCommand(command, { functions: deployedFunctions(), env: config.env })
  // Watches for itself from here on, and closes before it ends.
  stopWatching()
  const { admin } = await running
  tellAdmin(admin)
}

main().catch(async (error: Error) => {
  const { explain, USAGE } = await import('@miniprogram-cos/local-cloud')
  console.error(`local-cloud: ${explain(error)}\n\n${USAGE}`)
  process.exit(2)
})
