import { run } from '../packages/cli/src/run'

/** The command line tool from its sources, with the packages of this repository built before they are used. */
void run(process.argv.slice(2), {
  async buildPackages() {
    // Loaded here: most commands build nothing.
    const { onLauncherExit } = await import('../packages/local-cloud/src/command/launcher')
    const { buildRuntime } = await import('./build')
    const stopWatching = onLauncherExit(() => process.exit(1))
    await buildRuntime()
    stopWatching()
  },
})
