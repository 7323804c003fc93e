import { resolve } from 'node:path'
import { LocalizedCommand } from '../command'
import { SafeOutput } from '../output'
import { projectRoot, type RunOptions } from '../project'
import { t } from '../text'

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
        const { buildFunctions } = await import('../functions/buildFunctions')
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
