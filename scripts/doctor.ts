import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { config } from '../cos.config'
import { apiFault } from './cloud/apiFault'
import { describeFault } from './cloud/cloudFault'
import { readerLanguage } from './cloud/language'
import { SafeOutput } from './cloud/secretText'
import { readSettings, SECRET_VARIABLES } from './cloud/settings'
import { CHAIN } from './doctor/chain'
import type { Patient } from './doctor/check'
import { explain } from './doctor/explain'
import { explainRequestId } from './doctor/explainRequestId'
import { readRequestId } from './doctor/requestId'

const USAGE = `npm run doctor -- [--domains FILE|-]
npm run doctor -- explain "<error text or RequestId>"
  Looks at everything between this computer and an object in the bucket, and stops at the first broken link, with
  its cause and what to do (in Chinese where LANG says so). Status 1 then. Writes one small probe object and removes it.
  --domains FILE  the domain lists of the WeChat console, as npm run domains -- --check takes them`

async function main(): Promise<void> {
  const language = readerLanguage()
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' }, domains: { type: 'string' } },
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
  if (word !== undefined) throw new Error(USAGE)
  const settings = readSettings()
  const output = new SafeOutput(SECRET_VARIABLES.map((name) => settings[name]))
  const patient: Patient = { config, settings, node: process.versions.node }
  if (values.domains !== undefined) {
    patient.domains = readFileSync(values.domains === '-' ? 0 : values.domains, 'utf8')
  }
  for (const { name, run } of CHAIN) {
    try {
      const more = await run(patient)
      output.line(`✓ ${name[language]}${more ? `  ${more}` : ''}`)
    } catch (error) {
      output.line(`✗ ${name[language]}`)
      output.error(`\n${describeFault(apiFault(error, name.en), language)}`)
      process.exitCode = 1
      return
    }
  }
  output.line(language === 'zh' ? '一切正常。' : 'All is well.')
}

main().catch((error: Error) => {
  console.error(`doctor: ${error.message}`)
  process.exitCode = 2
})
