import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeApiReference } from '../../scripts/docs/apiReference'
import { at } from '../support/root'

const pagesOf = (folder: string) =>
  (readdirSync(folder, { recursive: true }) as string[])
    .filter((name) => name.endsWith('.md'))
    .sort()

/** Levels of headings, and the code. */
const outline = (text: string) =>
  [...text.matchAll(/^(#+) |^```[\s\S]*?^```/gm)].map(([block, level]) => level ?? block)

test('the Chinese API reference has the pages, headings and code of the English one', () => {
  const folder = mkdtempSync(join(tmpdir(), 'api-'))
  try {
    writeApiReference('zh', folder)
    const pages = pagesOf(at('docs/api'))
    expect(pagesOf(folder)).toEqual(pages)
    const read = (root: string) => pages.map((page) => readFileSync(join(root, page), 'utf8'))
    const [chinese, english] = [read(folder), read(at('docs/api'))]
    expect(chinese.map(outline)).toEqual(english.map(outline))
    // Headings of TypeDoc in English would mean that it lacks a translation.
    const ENGLISH = /^#+ (?:Class|Interface|Properties|Parameters|Returns|Throws|Example)\b.*/m
    expect(chinese.flatMap((text) => text.match(ENGLISH)?.[0] ?? [])).toEqual([])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
