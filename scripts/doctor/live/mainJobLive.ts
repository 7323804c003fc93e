import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildAll } from '../../build'
import { at } from '../../build/root'
import { functionKey } from '../../cloud/settings'
import { deployedFunctions } from '../../localSettings'
import { chooseFiles } from '../../start/files'
import { runMainJob } from '../../start/mainJob'
import { createPhone } from '../../start/phone'
import { nodeReader } from '../../start/urlReader'
import type { Patient } from '../check'
import { ONE, OTHER } from '../probeUsers'

/** One thing that the main job did. */
export interface Step {
  isGood: boolean
  text: string
}

/** Large enough for an upload in parts, small enough for a slow line. */
const LARGE_BYTES = 3 * 1024 * 1024

/**
 * The main job of `npm start`, with the real STS and COS. Two things are not the real ones: the functions' code
 * runs on this computer, since only a phone can call them as a user, and the phones are simulated.
 */
export async function mainJobLive(
  { config, settings }: Patient,
  mayUploadInParts: boolean,
): Promise<Step[]> {
  await buildAll()
  const { startLocalCloud } = await import('@miniprogram-cos/local-cloud')
  const { SecretId, SecretKey } = functionKey(settings)
  const { http_proxy } = settings
  const variables = {
    COS_STS_SECRET_ID: SecretId,
    COS_STS_SECRET_KEY: SecretKey,
    // No address of its own: the real STS.
    COS_STS_ENDPOINT: '',
    ...(http_proxy ? { http_proxy } : {}),
  }
  const host = await startLocalCloud({
    functions: deployedFunctions().map((one) => ({ ...one, variables })),
    env: config.env,
    onFunctionOutput: () => {},
  })
  const folder = await mkdtemp(join(tmpdir(), 'doctor-live-'))
  const steps: Step[] = []
  const teller = {
    title() {},
    line() {},
    bar() {},
    check: (isGood: boolean, text: string) => void steps.push({ isGood, text }),
  }
  try {
    const large = join(folder, `large-${randomBytes(6).toString('hex')}.png`)
    await writeFile(large, randomBytes(LARGE_BYTES))
    const small = [at('scripts/samples/sea.png'), at('scripts/samples/dawn.png')]
    const files = await chooseFiles(mayUploadInParts ? [...small, large] : small, folder)
    const { functions } = host
    const one = await createPhone({ functions }, { name: 'one user', openid: ONE }, folder)
    const other = await createPhone({ functions }, { name: 'another user', openid: OTHER }, folder)
    await runMainJob(nodeReader, [one, other], files, teller).catch((error: Error) => {
      steps.push({ isGood: false, text: `the main job stopped: ${error.message}` })
    })
  } catch (error) {
    steps.push({ isGood: false, text: `the main job stopped: ${(error as Error).message}` })
  } finally {
    await host.close()
    await rm(folder, { recursive: true, force: true })
  }
  return steps
}
