import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildAll } from './build'
import { ROOT } from './build/root'
import { describeFinding } from './wechat/finding'
import { installWechatTools } from './wechat/tools'

const USAGE = `npm run check:wechat -- [folder]
  Builds and checks a mini program as DevTools would, with WeChat's own builder and compilers.
  folder   where project.config.json stands; this repository if absent`

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean' } },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  installWechatTools()
  // The simulator loads packages as a phone does: built before it is imported.
  await buildAll()
  const { checkProject } = await import('./wechat/checkProject')
  const { findings, sizes } = await checkProject(resolve(positionals[0] ?? ROOT))
  for (const line of sizes) console.log(line)
  for (const finding of findings) console.error(describeFinding(finding))
  console.log(findings.length === 0 ? 'WeChat takes it.' : `${findings.length} to mend.`)
  process.exitCode = findings.length === 0 ? 0 : 1
}

main().catch((error: Error) => {
  console.error(`check:wechat: ${error.message}`)
  process.exitCode = 2
})
