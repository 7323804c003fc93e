import { parseArgs } from 'node:util'
import { config } from '../cos.config'
import { CloudFault } from './cloud/cloudFault'
import { FAULTS } from './cloud/faults'
import { readerLanguage } from './cloud/language'
import { SafeOutput } from './cloud/secretText'
import { readSettings, SECRET_VARIABLES, type Settings } from './cloud/settings'
import { type Answers, checkAnswers, checkKeys, presentAnswers, QUESTIONS } from './setup/answers'
import { askMissing } from './setup/askMissing'
import { checkOnline } from './setup/checkOnline'
import { findRegion, knownAppid } from './setup/findOut'
import { openTerminal } from './setup/terminal'
import { writeAnswers } from './setup/writeAnswers'

const USAGE = `npm run setup -- [--yes] [--appid wx…] [--env ID] [--bucket NAME-APPID] [--region REGION] [--offline] [--ask]
  Asks what it cannot find out, checks it with Tencent Cloud, and writes cos.config.ts, .env (readable by you alone)
  and project.private.config.json. Wrong input changes nothing; status 2.
  Keys are no options: they come from .env, from the environment (names in .env.example), or are asked for.
  --yes      asks nothing: what is missing is an error
  --ask      asks though there is no terminal: answers come line by line on standard input
  --offline  checks forms only`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean' },
      yes: { type: 'boolean', default: false },
      ask: { type: 'boolean', default: process.stdin.isTTY === true },
      offline: { type: 'boolean', default: false },
      appid: { type: 'string' },
      env: { type: 'string' },
      bucket: { type: 'string' },
      region: { type: 'string' },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  const given: Partial<Answers> = { ...knownAppid(), ...presentAnswers(config) }
  for (const { name } of QUESTIONS) {
    const value = values[name]
    if (value !== undefined) given[name] = value
  }
  const settings: Settings = readSettings()
  const find = async () => (values.offline ? {} : findRegion(given, settings))
  if (values.ask && !values.yes) {
    const terminal = openTerminal()
    await askMissing(terminal, given, settings, find).finally(terminal.close)
  } else if (given.region === undefined) Object.assign(given, await find())
  const answers = checkAnswers(given)
  checkKeys(settings)
  if (!values.offline) await checkOnline(answers, settings)
  const files = await writeAnswers(answers, settings)
  const output = new SafeOutput(SECRET_VARIABLES.map((name) => settings[name]))
  for (const file of files) output.line(`✓ ${file}`)
  output.line('Next: npm run deploy')
}

/** One line, whatever happened. */
function explain(error: unknown): string {
  if (!(error instanceof CloudFault))
    return String((error as Error).message).split('\n')[0] as string
  const language = readerLanguage()
  const { cause, fix } = FAULTS[error.code]
  return `${error.code}: ${cause[language]}${error.detail ? ` (${error.detail})` : ''}. ${fix[language]}`
}

main().catch((error: unknown) => {
  console.error(`setup: ${explain(error)}`)
  process.exitCode = 2
})
