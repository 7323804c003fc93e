import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { t } from '../text'
import { MiniprogramCiError, runMiniprogramCi } from './miniprogramCi'
import { type Finding, nameIn, type Project, staged } from './project'

const PARSE_ERROR = /parse js file \((.+)\) failed: (.+?) \((\d+):\d+\)/
const OUTSIDE = /^\/\/miniprogram-npm-outsideDeps=(.+)$/m

/**
 * Runs "Build npm" in the staged copy. The builder reports success even if it omits a file that it cannot parse, so its
 * result is checked.
 */
export async function buildNpm(project: Project): Promise<Finding[]> {
  const { packNpmManually, packNpmRelationList = [] } = project.config.setting ?? {}
  if (!packNpmManually) return []
  const findings: Finding[] = []
  for (const relation of packNpmRelationList) {
    const manifest = resolve(project.folder, relation.packageJsonPath)
    const target = staged(project, resolve(project.folder, relation.miniprogramNpmDistDir))
    findings.push(...(await buildOne(project, manifest, target)))
  }
  return findings
}

async function buildOne(project: Project, manifest: string, target: string): Promise<Finding[]> {
  const findings: Finding[] = []
  const find = (file: string, line: number | undefined, message: string) =>
    findings.push({ file: nameIn(project, file), line, message })
  const unparsed = (text: string) => {
    const [, file = '', message, line] = PARSE_ERROR.exec(text) ?? []
    if (!message) return false
    find(
      file,
      Number(line),
      t(
        `WeChat's npm builder cannot read this: ${message}. It supports ES2018`,
        `微信的 npm 构建工具无法解析：${message}。它支持 ES2018`,
      ),
    )
    return true
  }
  try {
    const details = { packageJsonPath: manifest, miniprogramNpmDistDir: target }
    const { warnList, printed } = await runMiniprogramCi('buildNpm', details)
    for (const line of printed) {
      if (!unparsed(line)) find(manifest, undefined, line)
    }
    for (const { jsPath, msg, startLine } of warnList) find(jsPath, startLine, msg)
  } catch (error) {
    if (!(error instanceof MiniprogramCiError)) throw error
    if (!unparsed(error.message)) find(manifest, undefined, error.message)
  }
  const built = join(target, 'miniprogram_npm')
  for (const name of dependencies(manifest)) {
    if (!existsSync(join(built, name)))
      find(manifest, undefined, t(`${name} was not built`, `${name} 未构建`))
  }
  if (findings.length > 0) return findings
  for (const { name, of } of leftOut(built)) {
    const source = join(dirname(manifest), 'node_modules', of)
    find(
      source,
      undefined,
      t(`${name} is missing from the built package`, `构建结果中缺少 ${name}`),
    )
  }
  return findings
}

function dependencies(manifest: string): string[] {
  return Object.keys(JSON.parse(readFileSync(manifest, 'utf8')).dependencies ?? {})
}

/** Omitted files: the bundle lists them as external dependencies with a relative name. */
function leftOut(built: string): { name: string; of: string }[] {
  return scriptsBelow(built).flatMap((file) => {
    const [, list = '[]'] = OUTSIDE.exec(readFileSync(file, 'utf8')) ?? []
    const names = (JSON.parse(list) as string[]).filter((name) => name.startsWith('.'))
    return names.map((name) => ({ name, of: dirname(relative(built, file)) }))
  })
}

/** All scripts below a folder. */
export function scriptsBelow(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => join(folder, name))
}
