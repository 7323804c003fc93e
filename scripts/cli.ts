import { refuseOldNode } from '../packages/cli/src/nodeVersion'
import { onLauncherExit } from '../packages/local-cloud/src/command/launcher'

/** Commands that run until they are ended, and must not outlive npm. */
const SERVERS = ['start', 'dev', 'local-cloud']

/** Runs the command line tool from its sources, and builds the packages of this repository before they are used. */
async function main(args: string[]): Promise<void> {
  const isServer = SERVERS.includes(args[0] ?? '')
  // From the first moment: npm may end while modules are loaded and packages are built.
  const stopWatchingLauncher = isServer ? onLauncherExit(() => process.exit(1)) : () => {}
  const { run } = await import('../packages/cli/src/run')
  await run(args, {
    stopWatchingLauncher,
    async buildPackages() {
      const { buildRuntime } = await import('./build')
      await buildRuntime()
    },
  })
}

if (!refuseOldNode()) void main(process.argv.slice(2))
