import { apiFault } from './cloud/apiFault'
import { askYes } from './cloud/askYes'
import { describeFault } from './cloud/cloudFault'
import { readerLanguage } from './cloud/language'
import { SafeOutput } from './cloud/secretText'
import { readSettings, SECRET_VARIABLES } from './cloud/settings'
import { type DeployOptions, readOptions, USAGE } from './deploy/options'
import { type Done, runDeploy } from './deploy/runDeploy'

async function main(): Promise<void> {
  const options = usable(() => readOptions(process.argv.slice(2)))
  if (!options) return
  if (options.help) {
    console.log(USAGE)
    return
  }
  const settings = readSettings()
  const output = new SafeOutput(SECRET_VARIABLES.map((name) => settings[name]))
  const progress: Done = { done: [], open: [] }
  try {
    await runDeploy(options, settings, output, progress, () => agreed(options))
  } catch (error) {
    output.error(`\n${describeFault(apiFault(error, 'deploy'), readerLanguage())}`)
    if (progress.open.length > 0) {
      output.error(`done      ${progress.done.join(', ') || 'nothing yet'}`)
      output.error(`not done  ${progress.open.join(', ')}`)
      output.error('Once that is mended run the same command again: what is done stays as it is.')
    } else output.error('Nothing was changed.')
    process.exitCode = 1
  }
}

function usable<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch (error) {
    console.error(`deploy: ${(error as Error).message}`)
    process.exitCode = 2
    return undefined
  }
}

async function agreed({ yes }: DeployOptions): Promise<boolean> {
  if (yes) return true
  const answer = await askYes('Go ahead?')
  if (answer !== undefined) return answer
  console.error('deploy: there is no terminal to ask: say --yes')
  process.exitCode = 2
  return false
}

void main()
