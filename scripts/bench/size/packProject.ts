import { statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buildNpm } from '../../../packages/cli/src/wechat/buildNpm'
import { compileProject } from '../../../packages/cli/src/wechat/compileProject'
import {
  describeFinding,
  type Project,
  type ProjectConfig,
  stageProject,
} from '../../../packages/cli/src/wechat/project'

/**
 * Builds npm packages and compiles a mini program with WeChat's own tools, as before an upload.
 * @returns the bytes of the package that would be uploaded, and what `measure` says of the built project
 * @throws Error if WeChat finds a fault
 */
export async function packProject<T>(
  folder: string,
  config: ProjectConfig,
  measure: (project: Project) => T,
): Promise<{ uploaded: number; measured: T }> {
  const project = await stageProject(folder, config)
  try {
    const findings = await buildNpm(project)
    const compiled = await compileProject(project)
    if ('finding' in compiled) findings.push(compiled.finding)
    if (findings.length > 0 || 'finding' in compiled) {
      throw new Error(findings.map(describeFinding).join('\n'))
    }
    const sizes = compiled.paths.map((path) => statSync(join(compiled.out, path)).size)
    return { uploaded: sizes.reduce((sum, size) => sum + size, 0), measured: measure(project) }
  } finally {
    await rm(project.stage, { recursive: true, force: true })
  }
}
