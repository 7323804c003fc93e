import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { CLIENT_SIZES, inKb, sizeWithRequired } from '../clientSize'
import type { Finding } from './finding'
import { nameIn, type Project, staged } from './project'

const PACKAGE = 'miniprogram_npm/miniprogram-cos'

/** What the client takes of the app's package, as built and after the compile, for an app that has it. */
export function checkClientSizes(project: Project, out: string) {
  const findings: Finding[] = []
  const lines: string[] = []
  for (const { entry, what, limit, goal } of CLIENT_SIZES) {
    const path = join(project.app, PACKAGE, entry)
    const built = staged(project, path)
    if (!existsSync(built)) continue
    const size = sizeWithRequired(built)
    const compiled = join(out, PACKAGE, entry)
    lines.push(
      [
        `${what}  ${inKb(size)}`,
        size > goal ? `goal ${inKb(goal)}, not reached` : `within its goal of ${inKb(goal)}`,
        existsSync(compiled)
          ? `${inKb(sizeWithRequired(compiled))} after WeChat's compile`
          : 'not used by this app',
      ].join('; '),
    )
    if (size > limit) {
      const message = `${what} takes ${inKb(size)}, its limit is ${inKb(limit)}`
      findings.push({ file: nameIn(project, path), message })
    }
  }
  return { findings, lines }
}
