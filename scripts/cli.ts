import { run } from '../packages/cli/src/run'

/** Time for a command to end by itself when its npm has ended. */
const GRACE_MS = 2000

/** The command line tool from its sources, with the packages of this repository built before they are used. */
void run(process.argv.slice(2), {
  async buildPackages() {
    // Loaded here: most commands build nothing.
    const { onLauncherExit } = await import('../packages/local-cloud/src/command/launcher')
    const { buildRuntime } = await import('./build')
    // Watches until the process ends: a command watches for itself only once its servers are started.
    onLauncherExit(() => setTimeout(() => process.exit(1), GRACE_MS))
    await buildRuntime()
  },
})
