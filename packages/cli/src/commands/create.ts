import { relative, resolve } from 'node:path'
import { LocalizedCommand } from '../command'
import type { Template } from '../create/createApp'
import { SafeOutput } from '../output'
import { localizedError, t } from '../text'

interface Options {
  template?: string
  yes: boolean
}

/** The template that `--yes` creates. */
const DEFAULT_TEMPLATE = 'native-js'

export function createCommand(): LocalizedCommand {
  return new LocalizedCommand('create')
    .describe(
      'Creates a mini program that uploads to COS, in a new or an empty folder. `npm create miniprogram-cos` runs this command.',
      '在新目录或空目录中创建可上传到 COS 的小程序。`npm create miniprogram-cos` 即执行此命令。',
    )
    .withArgument('[folder]', 'where to create it', '创建到该目录')
    .withOption(
      '--template <name>',
      'native-js, native-ts, taro or uni-app',
      'native-js、native-ts、taro 或 uni-app',
    )
    .withOption(
      '--yes',
      `does not ask: ${DEFAULT_TEMPLATE} in this folder, unless told otherwise`,
      `不询问：未另行指定时在当前目录创建 ${DEFAULT_TEMPLATE}`,
      false,
    )
    .withExitCodes(
      '0 created; 2 wrong input, or not confirmed: nothing is written.',
      '0 已创建；2 输入有误或已取消，未写入任何内容。',
    )
    .action(create)
}

async function create(given: string | undefined, options: Options): Promise<void> {
  const { askFolder, askTemplate, createApp, isEmptyFolder, TEMPLATES } = await import(
    '../create/createApp'
  )
  checkTemplate(options.template, TEMPLATES)
  const path = given ?? (options.yes ? '.' : await askFolder())
  const folder = resolve(path)
  if (!isEmptyFolder(folder)) {
    throw localizedError(
      `${path} is not an empty folder; in an existing app, run npx @miniprogram-cos/cli init`,
      `${path} 不是空目录；已有小程序请执行 npx @miniprogram-cos/cli init`,
    )
  }
  const template =
    options.template ?? (options.yes ? DEFAULT_TEMPLATE : await askTemplate(TEMPLATES))
  const files = await createApp(template, folder)
  const output = new SafeOutput()
  output.line(t(`✓ created in ${folder}`, `✓ 已创建于 ${folder}`))
  for (const file of files) output.line(`  ${file}`)
  for (const line of nextSteps(relative('.', folder), template)) output.line(line)
}

/** @throws Error that names the templates */
function checkTemplate(name: string | undefined, templates: Template[]): void {
  if (name === undefined || templates.some((one) => one.name === name)) return
  const names = templates.map((one) => one.name).join(', ')
  throw localizedError(
    `there is no template "${name}": choose one of ${names}`,
    `没有模板 "${name}"：可选 ${names}`,
  )
}

function nextSteps(folder: string, template: string): string[] {
  const isNative = template.startsWith('native-')
  return [
    t('\nNext', '\n下一步'),
    ...(folder === '' ? [] : [`  cd ${folder}`]),
    '  npm install',
    `  npm start                     ${t('the app with a local cloud, in the browser', '在浏览器中以本地云运行')}`,
    ...(isNative ? [t('  DevTools: Tools → Build npm', '  开发者工具：工具 → 构建 npm')] : []),
    `  npx miniprogram-cos setup     ${t('your bucket and keys, then deploy', '填写存储桶与密钥，然后 deploy')}`,
  ]
}
