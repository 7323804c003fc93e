import { buildPackages } from '../../scripts/build'

export default async function buildOnce(): Promise<void> {
  await buildPackages()
}
