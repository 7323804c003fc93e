import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { t } from '../text'
import { jsonLine } from './jsonLine'
import type { Finding, ProjectConfig } from './project'

/** Checks beyond the schemas: that folders exist, and that private settings are not shared. */
export function checkProjectSettings(folder: string, config: ProjectConfig): Finding[] {
  const file = 'project.config.json'
  const text = readFileSync(join(folder, file), 'utf8')
  const findings: Finding[] = []
  const find = (path: (string | number)[], message: string) =>
    findings.push({ file, line: jsonLine(text, path), message: `${path.join('.')} ${message}` })

  const { miniprogramRoot = '', cloudfunctionRoot, setting = {} } = config
  if (!existsSync(resolve(folder, miniprogramRoot))) {
    find(['miniprogramRoot'], t('names a folder that does not exist', '所指目录不存在'))
  }
  if (setting.urlCheck === false) {
    find(
      ['setting', 'urlCheck'],
      t(
        'is off for everyone: a missing domain is then noticed by users only. Turn it off in project.private.config.json',
        '对所有人关闭：缺少域名时只有用户会遇到。请改在 project.private.config.json 中关闭',
      ),
    )
  }
  for (const [index, relation] of (setting.packNpmRelationList ?? []).entries()) {
    const path = ['setting', 'packNpmRelationList', index]
    if (!existsSync(resolve(folder, relation.packageJsonPath))) {
      find([...path, 'packageJsonPath'], t('names a file that does not exist', '所指文件不存在'))
    }
    if (resolve(folder, relation.miniprogramNpmDistDir) !== resolve(folder, miniprogramRoot)) {
      find(
        [...path, 'miniprogramNpmDistDir'],
        t(
          'is not miniprogramRoot: the app would not find it',
          '不是 miniprogramRoot：小程序会找不到它',
        ),
      )
    }
  }
  if (cloudfunctionRoot) {
    for (const message of functionFolderErrors(resolve(folder, cloudfunctionRoot))) {
      find(['cloudfunctionRoot'], message)
    }
  }
  if (isShared(folder, 'project.private.config.json')) {
    const message = t(
      'is not ignored by git: each developer has their own',
      '未被 git 忽略：该文件因人而异',
    )
    findings.push({ file: 'project.private.config.json', message })
  }
  return findings
}

/** Checks the folders of functions, which DevTools uploads unchanged. */
function functionFolderErrors(root: string): string[] {
  if (!existsSync(root))
    return [t('names a folder that does not exist: npm run build', '所指目录不存在：npm run build')]
  const folders = readdirSync(root, { withFileTypes: true }).filter((entry) => entry.isDirectory())
  if (folders.length === 0) return [t('contains no function', '没有云函数')]
  return folders.flatMap(({ name }) => {
    const missing = ['index.js', 'package.json'].filter((one) => !existsSync(join(root, name, one)))
    return missing.map((one) =>
      t(
        `has no ${name}/${one}: DevTools cannot upload it as a function`,
        `缺少 ${name}/${one}：开发者工具无法作为云函数上传`,
      ),
    )
  })
}

/** Whether git does not ignore a file. Outside a repository, nothing is shared. */
function isShared(folder: string, file: string): boolean {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: folder, stdio: 'ignore' })
  try {
    git('rev-parse', '--is-inside-work-tree')
  } catch {
    return false
  }
  try {
    git('check-ignore', '-q', file)
    return false
  } catch {
    return true
  }
}
