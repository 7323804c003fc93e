import { execFile } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { compilerPath } from './miniprogramCi'
import { type Finding, nameIn, type Project, staged } from './project'

/**
 * Runs WeChat's compilers on all templates and style sheets, including those of built packages. They find errors that the
 * whole-project compile accepts: expressions, wx:else without wx:if, wxs newer than ES5.
 */
export async function checkTemplates(project: Project): Promise<Finding[]> {
  const root = staged(project, project.app)
  if (!existsSync(root)) return []
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()
  const ofKind = (extension: string) => names.filter((name) => name.endsWith(extension))
  // The scripts that a template may include must be on the same command line.
  const scripts = ofKind('.wxs')
  const complaints = new Set<string>()
  for (const name of ofKind('.wxml')) {
    complaints.add(await complaint('wcc', ['-d', name, ...scripts], root))
  }
  for (const name of ofKind('.wxss')) {
    const text = await complaint('wcsc', [name], root)
    // The compiler receives one file at a time; the analysis checks whether imported files exist.
    if (!/^ERR: path `.*` not found/.test(text)) complaints.add(text)
  }
  complaints.delete('')
  return [...complaints].map((text) => readComplaint(text, project))
}

/** The errors that a compiler prints, or an empty string. */
function complaint(compiler: 'wcc' | 'wcsc', args: string[], cwd: string): Promise<string> {
  return new Promise((resolve) => {
    execFile(
      compilerPath(compiler),
      args,
      { cwd, maxBuffer: 64 << 20 },
      (error, stdout, stderr) => {
        resolve(error ? (stderr || stdout || error.message).trim() : '')
      },
    )
  })
}

/** `pages/a/a.wxml:3:3: expect end-tag ...` or `ERR: pages/a/a.wxss(3:1): unexpected ...` */
function readComplaint(text: string, project: Project): Finding {
  const [, file = '', line, message = text] =
    /^(?:ERR: )?(.+?)[:(](\d+):\d+\)?:\s*([\s\S]*)/.exec(text) ?? []
  const name = nameIn(project, join(project.app, file))
  return { file: name, line: line ? Number(line) : undefined, message }
}
