import { LocalizedCommand } from '../command'
import { loadConfig } from '../config'
import { functionRoot } from '../functions/functionFiles'
import { SafeOutput } from '../output'
import type { RunOptions } from '../project'

export function buildCommand({ buildPackages }: RunOptions): LocalizedCommand {
  return new LocalizedCommand('build')
    .describe(
      'Builds the cloud functions into the folder from which DevTools uploads them.',
      '构建云函数到开发者工具上传云函数的目录。',
    )
    .withExitCodes('0 success, 2 it cannot be built.', '0 成功；2 无法构建。')
    .action(async () => {
      await buildPackages?.()
      const { buildFunctions } = await import('../functions/buildFunctions')
      const output = new SafeOutput()
      for (const name of await buildFunctions()) output.line(`✓ ${functionRoot()}/${name}`)
      const { signatureNotes } = await import('../rules/signaturePaths')
      for (const note of signatureNotes(await loadConfig())) output.line(note)
    })
}
