import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buildNpm } from './buildNpm'
import { checkClientSizes } from './clientSizes'
import { compileProject } from './compileProject'
import { checkConfigFiles } from './configFiles'
import type { Finding } from './finding'
import { loadPackages } from './loadPackages'
import { findMissingFiles } from './missingFiles'
import { checkPackageSize } from './packageSize'
import { checkPackedSyntax } from './packedSyntax'
import { type Project, staged, stageProject } from './project'
import { checkProjectSettings } from './projectSettings'
import { checkTemplates } from './templates'

export interface Report {
  findings: Finding[]
  /** Sizes, a line each. Empty if the project does not compile. */
  sizes: string[]
}

/**
 * Does to a mini program what DevTools does between opening its folder and uploading it, by WeChat's own tools
 * and without the network. The project itself is not written to.
 * @param folder where project.config.json stands
 */
export async function checkProject(folder: string): Promise<Report> {
  const { findings, config } = await checkConfigFiles(folder)
  // It says where everything else is.
  const isKnown = () => findings.every(({ file }) => file !== 'project.config.json')
  if (config && isKnown()) findings.push(...checkProjectSettings(folder, config))
  if (!config || !isKnown()) return { findings, sizes: [] }
  const project = await stageProject(folder, config)
  try {
    findings.push(...(await buildNpm(project)))
    const built = join(staged(project, project.app), 'miniprogram_npm')
    findings.push(...checkPackedSyntax(built, project.stage))
    findings.push(...loadPackages(built, project.stage))
    findings.push(...(await checkTemplates(project)))
    // The compile stops at its first fault, which one of the above has named with all others of its kind.
    if (findings.length > 0) return { findings, sizes: [] }
    return await checkCompiled(project)
  } finally {
    await rm(project.stage, { recursive: true, force: true })
  }
}

async function checkCompiled(project: Project): Promise<Report> {
  const compiled = await compileProject(project)
  if ('finding' in compiled) return { findings: [compiled.finding], sizes: [] }
  const { out, paths, warnings } = compiled
  const missing = findMissingFiles(project, warnings)
  const packages = checkPackageSize(project, out, paths)
  const client = checkClientSizes(project, out)
  return {
    findings: [...missing, ...packages.findings, ...client.findings],
    sizes: [...packages.lines, ...client.lines],
  }
}
