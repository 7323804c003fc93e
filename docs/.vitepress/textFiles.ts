import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { GROUPS, sitePath, sourceOf } from './pages'

/** Writes what coding agents read: each page as Markdown, and `llms.txt`, which lists them. */
export function writeTextFiles(root: string, site: string): void {
  const lines = [
    '# miniprogram-cos',
    '',
    '> Integration kit for Tencent COS in WeChat mini programs: a typed client that replaces cos-wx-sdk-v5, cloud functions',
    '> that issue keys limited to the caller’s folder, and a local cloud for development and tests without an account.',
  ]
  for (const { title, pages } of GROUPS) {
    lines.push('', `## ${title.en}`, '')
    for (const page of pages) {
      const source = sourceOf(page, 'en')
      const path = sitePath(source) ?? source
      mkdirSync(dirname(join(site, path)), { recursive: true })
      cpSync(join(root, source), join(site, path))
      lines.push(`- [${page.title.en}](/${path})`)
    }
  }
  cpSync(join(root, 'docs/SKILL.md'), join(site, 'SKILL.md'))
  lines.push('', '## For coding agents', '', '- [Skill](/SKILL.md)')
  writeFileSync(join(site, 'llms.txt'), `${lines.join('\n')}\n`)
}
