import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { checkConfig } from '@miniprogram-cos/server'
import { config } from '../cos.config'
import { compareLists } from './domains/compareLists'
import { domainLists, LISTS } from './domains/domainLists'
import { readLists } from './domains/readLists'

const USAGE = `npm run domains -- [--json] [--check FILE|-]
  Prints the server domains that the mini program needs for COS, as cos.config.ts has it.
  --json        {"request":[…],"uploadFile":[…],"downloadFile":[…]} and nothing else
  --check FILE  compares with lists copied from the console, or JSON; - reads standard input.
                Status 1 when a domain is missing`

const WHERE = `Paste them into the WeChat console, each list as it stands (separated by ";"):
  https://mp.weixin.qq.com  →  开发管理 → 开发设置 → 服务器域名  (Development → Server domains)
Then in DevTools: 详情 → 域名信息 → refresh (Details → Domain info), and with "不校验合法域名" off, try.

No tool can do this for you: WeChat's API for it (/wxa/modify_domain) takes the token of a third-party platform
that manages other people's mini programs; a mini program's own token is answered with 48001.
Custom domains need an ICP filing. How often the lists may be changed in a month is shown there.`

function main(): void {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean' },
      check: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    console.log(USAGE)
    return
  }
  checkConfig(config)
  const lists = domainLists(config)
  if (values.check !== undefined) {
    check(values.check)
    return
  }
  if (values.json) {
    console.log(JSON.stringify(lists))
    return
  }
  for (const list of LISTS) console.log(`${list} 合法域名\n  ${lists[list].join(';\n  ')}\n`)
  console.log(WHERE)
}

function check(file: string): void {
  const given = readLists(readFileSync(file === '-' ? 0 : file, 'utf8'))
  let missing = 0
  for (const difference of compareLists(domainLists(config), given)) {
    const { list, further, odd } = difference
    for (const domain of difference.missing) console.log(`✗ ${list}: ${domain} is missing`)
    for (const { entry, why } of odd) console.log(`! ${list}: ${entry}: ${why}`)
    for (const domain of further) console.log(`· ${list}: ${domain} is not needed for COS`)
    missing += difference.missing.length
  }
  console.log(missing === 0 ? '✓ all there' : `${missing} to add`)
  process.exitCode = missing === 0 ? 0 : 1
}

try {
  main()
} catch (error) {
  console.error(`domains: ${(error as Error).message}`)
  process.exitCode = 2
}
