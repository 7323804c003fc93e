import { run } from '../packages/cli/src/run'
import { onLauncherExit } from '../packages/local-cloud/src/command/launcher'
import { buildRuntime } from './build'

/** The command line tool from its sources, with the packages of this repository built before they are used. */
void run(process.argv.slice(2), {
  async buildPackages() {
    const stopWatching = onLauncherExit(() => process.exit(1))
    await buildRuntime()
    stopWatching()
  },
})
