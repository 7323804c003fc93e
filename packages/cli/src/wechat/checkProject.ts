import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { buildNpm, checkPackedSyntax, loadPackages } from './buildNpm'
import { checkTemplates, compileProject, findMissingFiles } from './compileProject'
import { checkConfigFiles, checkProjectSettings } from './configFiles'
import { type Finding, type Project, staged, stageProject } from './project'
import { checkClientSizes, checkComponentSizes, checkPackageSize } from './sizes'

export interface Report {
  findings: Finding[]
  /** Lines about sizes. Empty if the project does not compile. */
  sizes: string[]
}

/**
 * Runs the steps of DevTools between opening a mini program and uploading it, with WeChat's tools and without the network.
 * Does not write to the project.
 * @param folder the folder of project.config.json
 */
export async function checkProject(folder: string): Promise<Report> {
  const { findings, config } = await checkConfigFiles(folder)
  // All other checks depend on it.
  const isReadable = () => findings.every(({ file }) => file !== 'project.config.json')
  if (config && isReadable()) findings.push(...checkProjectSettings(folder, config))
  if (!config || !isReadable()) return { findings, sizes: [] }
  const project = await stageProject(folder, config)
  try {
    findings.push(...(await buildNpm(project)))
    const built = join(staged(project, project.app), 'miniprogram_npm')
    findings.push(...checkPackedSyntax(built, project.stage))
    findings.push(...loadPackages(built, project.stage))
    findings.push(...(await checkTemplates(project)))
    // The compile stops at its first error, which the checks above have already reported with all others.
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
  const components = checkComponentSizes(project)
  return {
    findings: [...missing, ...packages.findings, ...client.findings, ...components.findings],
    sizes: [...packages.lines, ...client.lines, ...components.lines],
  }
}
