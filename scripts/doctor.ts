import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { config } from '../cos.config'
import { apiFault } from './cloud/apiFault'
import { type CloudFault, describeFault } from './cloud/cloudFault'
import { readerLanguage } from './cloud/language'
import { SafeOutput } from './cloud/secretText'
import { readSettings, SECRET_VARIABLES } from './cloud/settings'
import { CHAIN } from './doctor/chain'
import type { Patient } from './doctor/check'
import { examineLive } from './doctor/examineLive'
import { explain } from './doctor/explain'
import { explainRequestId } from './doctor/explainRequestId'
import { readRequestId } from './doctor/requestId'

const USAGE = `npm run doctor -- [--domains FILE|-] [--strict]
npm run doctor -- --live [--json] [--yes]
npm run doctor -- explain "<error text or RequestId>"
  Looks at everything between this computer and an object in the bucket, and stops at the first broken link, with
  its cause and what to do (in Chinese where LANG says so). Status 1 then. Writes one small probe object and removes it.
  --domains FILE  the domain lists of the WeChat console, as npm run domains -- --check takes them
  --strict        what is a warning otherwise, such as a key that may do too much, is status 1 too
  --live          then does the main job with your account, and looks at what this kit assumes of Tencent Cloud. What
                  it writes lies in the folders of two users who do not exist, and is removed. Status 1 if one differs
  --json          with --live: the report on standard output, to be shared; it holds no key, and no name of yours
  --yes           with --live: may change a setting of the bucket for a moment, and puts it back; else it asks`

async function main(): Promise<void> {
  const language = readerLanguage()
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean' },
      domains: { type: 'string' },
      strict: { type: 'boolean', default: false },
      live: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  const [word, ...texts] = positionals
  if (word === 'explain' && texts.length > 0) {
    const text = texts.join(' ').trim()
    const id = readRequestId(text)
    console.log(id ? await explainRequestId(text, id, language) : explain(text, language))
    return
  }
  const { live, json: isJson, yes: isAgreed } = values
  if (word !== undefined || (!live && (isJson || isAgreed))) throw new Error(USAGE)
  const settings = readSettings()
  const output = new SafeOutput(SECRET_VARIABLES.map((name) => settings[name]))
  const say = (text: string) => (isJson ? output.error(text) : output.line(text))
  const warn = (fault: CloudFault) => {
    say(`! ${describeFault(fault, language).replaceAll('\n', '\n  ')}`)
    if (values.strict) process.exitCode = 1
  }
  const patient: Patient = { config, settings, node: process.versions.node, warn }
  if (values.domains !== undefined) {
    patient.domains = readFileSync(values.domains === '-' ? 0 : values.domains, 'utf8')
  }
  for (const { name, run } of CHAIN) {
    try {
      const more = await run(patient)
      say(`✓ ${name[language]}${more ? `  ${more}` : ''}`)
    } catch (error) {
      say(`✗ ${name[language]}`)
      output.error(`\n${describeFault(apiFault(error, name.en), language)}`)
      process.exitCode = 1
      return
    }
  }
  say(language === 'zh' ? '一切正常。' : 'All is well.')
  if (live && !(await examineLive(patient, output, { isJson, isAgreed }))) process.exitCode = 1
}

main().catch((error: Error) => {
  console.error(`doctor: ${error.message}`)
  process.exitCode = 2
})
