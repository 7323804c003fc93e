import { resolve } from 'node:path'
import { checkConfig } from '@miniprogram-cos/server'
import { LocalizedCommand } from '../command'
import { SafeOutput } from '../output'
import { loadConfig, projectRoot, type RunOptions, readInputFile, sampleWarning } from '../project'
import { t } from '../text'
import {
  compareLists,
  type DomainLists,
  domainLists,
  LISTS,
  readConsoleLists,
} from '../wechat/domainLists'

export function domainsCommand(): LocalizedCommand {
  return new LocalizedCommand('domains')
    .describe(
      "Prints the server domains that the mini program needs for COS, or compares them with the console's.",
      '打印小程序访问 COS 所需的服务器域名，或与控制台的列表比较。',
    )
    .withOption(
      '--json',
      'prints {"request":[…],"uploadFile":[…],"downloadFile":[…]} and nothing else',
      '只打印 {"request":[…],"uploadFile":[…],"downloadFile":[…]}',
    )
    .withOption(
      '--check <file>',
      'compares with lists copied from the console, or JSON; - reads standard input. With --json it prints [{"list":…,"missing":[…],"unneeded":[…],"invalid":[…]}]',
      '与从控制台复制的列表或 JSON 比较；- 表示标准输入。与 --json 合用时打印 [{"list":…,"missing":[…],"unneeded":[…],"invalid":[…]}]',
    )
    .withExitCodes(
      '0 success, 1 a domain is missing (--check), 2 wrong input.',
      '0 成功；1 缺少域名（--check）；2 输入有误。',
    )
    .action(async ({ json, check }: { json?: boolean; check?: string }) => {
      const config = await loadConfig()
      checkConfig(config)
      const output = new SafeOutput()
      const warning = sampleWarning(config)
      if (warning) output.error(warning)
      const lists = domainLists(config)
      if (check !== undefined) return compare(lists, check, output, json)
      if (json) return console.log(JSON.stringify(lists))
      for (const list of LISTS) console.log(`${list} 合法域名\n  ${lists[list].join(';\n  ')}\n`)
      console.log(instructions())
    })
}

const instructions = () =>
  t(
    `Paste them into the WeChat console, each list separately (entries are separated by ";"):
  https://mp.weixin.qq.com  →  开发管理 → 开发设置 → 服务器域名  (Development → Server domains)
Then refresh in DevTools: 详情 → 域名信息 (Details → Domain info), and try with "不校验合法域名" switched off.

No tool can do this: WeChat's API for it (/wxa/modify_domain) needs the token of a third-party platform that manages
other mini programs; a mini program's own token is answered with 48001.
Custom domains need an ICP filing. The console shows how often the lists may be changed in a month.`,
    `请在微信公众平台逐个粘贴以上列表（各项以 ";" 分隔）：
  https://mp.weixin.qq.com  →  开发管理 → 开发设置 → 服务器域名
然后在开发者工具“详情 → 域名信息”中刷新，并关闭“不校验合法域名”后测试。

此步骤无法自动完成：微信的接口（/wxa/modify_domain）只接受第三方平台的 token，小程序自己的 token 会返回 48001。
自定义域名须完成 ICP 备案。每月可修改次数以控制台显示为准。`,
  )

function compare(
  needed: DomainLists,
  file: string,
  output: SafeOutput,
  isJson: boolean | undefined,
): void {
  const given = readConsoleLists(readInputFile(file))
  const differences = compareLists(needed, given)
  const count = differences.reduce((sum, { missing }) => sum + missing.length, 0)
  process.exitCode = count === 0 ? 0 : 1
  if (isJson) {
    output.line(JSON.stringify(differences))
    return
  }
  for (const { list, missing, invalid, unneeded } of differences) {
    for (const domain of missing) {
      output.line(`✗ ${list}: ${domain} ${t('is missing', '缺失')}`)
    }
    for (const { entry, why } of invalid) output.line(`! ${list}: ${entry}: ${why}`)
    for (const domain of unneeded) {
      output.line(`· ${list}: ${domain} ${t('is not needed for COS', '不是 COS 所需')}`)
    }
  }
  output.line(
    count === 0 ? t('✓ all there', '✓ 域名齐全') : t(`${count} to add`, `需添加 ${count} 项`),
  )
}

export function checkWechatCommand({ buildPackages }: RunOptions): LocalizedCommand {
  return new LocalizedCommand('check-wechat')
    .alias('check:wechat')
    .describe(
      "Builds and checks a mini program as DevTools does, with WeChat's own builder and compilers.",
      '用微信官方的构建与编译工具，像开发者工具一样构建并检查小程序。',
    )
    .withArgument(
      '[folder]',
      'folder of project.config.json; by default this project',
      'project.config.json 所在目录；默认为当前项目',
    )
    .withOption(
      '--json',
      'prints {"findings":[…],"sizes":[…]} and nothing else',
      '只打印 {"findings":[…],"sizes":[…]}',
    )
    .withExitCodes(
      '0 nothing found, 1 something was found, 2 wrong input or the tools do not run here.',
      '0 无问题；1 发现问题；2 输入有误或工具无法在本机运行。',
    )
    .action(async (folder: string | undefined, { json }: { json?: boolean }) => {
      const { installWechatTools } = await import('../wechat/miniprogramCi')
      installWechatTools()
      // The simulator loads packages as a phone does: built before it is imported.
      await buildPackages?.()
      if (buildPackages) {
        const { buildFunctions } = await import('../deploy/buildFunctions')
        await buildFunctions()
      }
      const { checkProject } = await import('../wechat/checkProject')
      const { describeFinding } = await import('../wechat/project')
      const { findings, sizes } = await checkProject(resolve(folder ?? projectRoot()))
      process.exitCode = findings.length === 0 ? 0 : 1
      if (json) return console.log(JSON.stringify({ findings, sizes }))
      const output = new SafeOutput()
      for (const line of sizes) output.line(line)
      for (const finding of findings) output.error(describeFinding(finding))
      output.line(
        findings.length === 0
          ? t('✓ WeChat accepts it.', '✓ 微信可以接受。')
          : t(`✗ ${findings.length} to fix.`, `✗ 需修复 ${findings.length} 处。`),
      )
    })
}
