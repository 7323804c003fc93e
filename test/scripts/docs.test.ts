import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeApiReference } from '../../scripts/docs'
import { bundledPackages } from '../../scripts/docs/licences'
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

/** What may be taken into files that others deploy. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
]

/** Tencent's own, which wx-server-sdk (MIT) brings along: published without saying a licence. */
const UNSTATED = ['@cloudbase/signature-nodejs', '@cloudbase/wx-cloud-client-sdk']

test('bundled packages have permissive licences, and the client bundles none', async () => {
  const products = await bundledPackages()
  expect(products.find(([name]) => name === 'The client')).toEqual(['The client', []])
  const packages = products.flatMap(([, bundled]) => bundled)
  expect(packages.length).toBeGreaterThan(50)
  const others = packages.filter(({ licence }) => !licence || !ALLOWED.includes(licence))
  expect([...new Set(others.map(({ name }) => name))]).toEqual(UNSTATED)
})
