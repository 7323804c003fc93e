import { buildFunctions } from '../packages/cli/src/deploy/buildFunctions'
import { buildClient } from './build/client'
import { buildComponents, copyPackage } from './build/components'
import { buildCli, buildLocalCloud, buildServer, buildSimulator } from './build/nodePackages'
import { at } from './build/root'

/** Copies the packages of the phone into the demo. */
async function copyIntoDemo(): Promise<void> {
  await copyPackage('miniprogram-cos', at('packages/client/miniprogram_dist'))
  await copyPackage('miniprogram-cos-components', at('packages/components/miniprogram_dist'))
}

/** Builds the packages that commands run as built files, in under a second. */
export async function buildRuntime(): Promise<void> {
  await Promise.all([
    buildClient(),
    buildComponents(),
    buildServer(),
    buildLocalCloud(),
    buildSimulator(),
  ])
  await copyIntoDemo()
}

/** Builds everything that runs as a built file, in about a second. */
export async function buildAll(): Promise<void> {
  await Promise.all([buildRuntime(), buildCli()])
  // The functions bundle the built server.
  await buildFunctions()
}

// Loaded only when used, because TypeScript takes longer to load than most commands take to run.
const buildClientTypes = async () => (await import('./build/clientTypes')).buildClientTypes()
const buildPackageTypes = async () => (await import('./build/packageTypes')).buildPackageTypes()

/** Builds the declarations of all published packages, too, in about ten seconds. */
export async function buildPackages(): Promise<void> {
  await buildAll()
  await Promise.all([buildClientTypes(), buildPackageTypes()])
}

/** The parts that can be built alone: `npm run build -- code`. */
const TARGETS: Record<string, () => Promise<void>> = {
  packages: buildPackages,
  code: buildAll,
  'client-types': buildClientTypes,
  'package-types': buildPackageTypes,
}

if (require.main === module) {
  const [target = 'packages'] = process.argv.slice(2)
  const build = TARGETS[target]
  if (!build) throw new Error(`build: use one of ${Object.keys(TARGETS).join(', ')}`)
  build().catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
