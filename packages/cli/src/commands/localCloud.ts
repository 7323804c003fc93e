import { Command } from 'commander'
import { loadConfig } from '../config'
import { deployedFunctions } from '../functions/functionFiles'
import { hasFunctionSources, localData, type RunOptions } from '../project'
import { t } from '../text'

/**
 * Runs the local cloud with the functions and the bucket of this project. Its options and its JSON line are those of the
 * local-cloud package, which also runs without a project.
 */
export async function localCloudCommand(
  args: string[],
  { buildPackages, stopWatchingLauncher }: RunOptions,
): Promise<void> {
  await buildPackages?.()
  const { explain, readCommand, runCommand, USAGE } = await import('@miniprogram-cos/local-cloud')
  try {
    const config = await loadConfig()
    const command = readCommand(args, process.env, {
      data: localData('data'),
      buckets: [{ name: config.bucket, region: config.region }],
      pathStyle: 'allow',
    })
    if (command.help) {
      console.log(`${t('Usage:', '用法：')} ${usage()} [options]\n${USAGE}`)
      return
    }
    const { buildFunctions } = await import('../functions/buildFunctions')
    await buildFunctions()
    const { explainPath } = await import('../rules/ruleLocation')
    const functions = deployedFunctions()
    const running = runCommand(command, { functions, env: config.env, explainPath })
    stopWatchingLauncher?.()
    const { registerCloud } = await import('../dev/runningClouds')
    registerCloud((await running).admin)
  } catch (error) {
    console.error(`local-cloud: ${explain(error as Error)}${hint(error, USAGE)}\n\n${USAGE}`)
    process.exit(2)
  }
}

const usage = () =>
  hasFunctionSources() ? 'npm run -s local-cloud --' : 'npx @miniprogram-cos/cli local-cloud'

/** Suggests an option that is similar to an unknown one. */
function hint(error: unknown, usage: string): string {
  const [, unknown] = /Unknown option '(--[\w-]+)/.exec((error as Error).message) ?? []
  if (!unknown) return ''
  const known = new Command().exitOverride().configureOutput({ writeErr() {} })
  const options = new Set([...usage.matchAll(/^\s*(--[\w-]+)/gm)].map(([, option = '']) => option))
  for (const option of options) known.option(option)
  try {
    known.parse([unknown], { from: 'user' })
    return ''
  } catch (mistake) {
    const [, similar] = /\(Did you mean (.+?)\?\)/.exec((mistake as Error).message) ?? []
    return similar ? t(`. Did you mean ${similar}?`, `。你是否想输入 ${similar}？`) : ''
  }
}
