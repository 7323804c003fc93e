import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { functionKey } from '../../cloud/settings'
import { chooseFiles, runMainJob, SAMPLES } from '../../dev/mainJob'
import { createPhone } from '../../dev/phone'
import { nodeReader } from '../../dev/urlReader'
import { buildFunctions } from '../../functions/buildFunctions'
import { deployedFunctions } from '../../functions/functionFiles'
import { t } from '../../text'
import { OTHER_USER, PROBE_USER } from '../accessProbe'
import type { DoctorContext } from '../context'

/** The result of one step of the main job. */
export interface Step {
  isGood: boolean
  text: string
}

/** Large enough for an upload in parts, small enough for a slow connection. */
const LARGE_BYTES = 3 * 1024 * 1024

/**
 * Runs the main job of `dev` with the real STS and COS. Two things are simulated: the functions run on this computer,
 * because only a phone can call them as a user, and the phones are simulated phones.
 */
export async function runLiveMainJob(
  { config, settings }: DoctorContext,
  mayUploadInParts: boolean,
): Promise<Step[]> {
  await buildFunctions()
  const { startLocalCloud } = await import('@miniprogram-cos/local-cloud')
  const { SecretId, SecretKey } = functionKey(settings)
  const { http_proxy } = settings
  const variables = {
    COS_STS_SECRET_ID: SecretId,
    COS_STS_SECRET_KEY: SecretKey,
    // Without an endpoint: the real STS.
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
  const reporter = {
    title() {},
    line() {},
    bar() {},
    check: (isGood: boolean, text: string) => void steps.push({ isGood, text }),
  }
  try {
    const large = join(folder, `large-${randomBytes(6).toString('hex')}.png`)
    await writeFile(large, randomBytes(LARGE_BYTES))
    const files = await chooseFiles(mayUploadInParts ? [...SAMPLES, large] : SAMPLES, folder)
    const { functions } = host
    const one = await createPhone(
      { functions },
      { name: t('one user', '一个用户'), openid: PROBE_USER },
      folder,
      config,
    )
    const other = await createPhone(
      { functions },
      { name: t('another user', '另一个用户'), openid: OTHER_USER },
      folder,
      config,
    )
    await runMainJob(nodeReader, [one, other], files, reporter).catch((error: Error) => {
      steps.push({
        isGood: false,
        text: t(`the main job stopped: ${error.message}`, `运行中止：${error.message}`),
      })
    })
  } catch (error) {
    steps.push({
      isGood: false,
      text: t(
        `the main job stopped: ${(error as Error).message}`,
        `运行中止：${(error as Error).message}`,
      ),
    })
  } finally {
    await host.close()
    await rm(folder, { recursive: true, force: true })
  }
  return steps
}
