import { readdirSync, readFileSync } from 'node:fs'
import { PAGES, sourceOf } from '../../docs/.vitepress/pages'
import { codeBlocks } from '../support/documents'
import { at } from '../support/root'

/** The API reference is compared by test/scripts/apiReference.test.ts. */
const WRITTEN = PAGES.filter(({ chineseSource }) => !chineseSource)
const textOf = (path: string) => readFileSync(at(path), 'utf8')
const levels = (path: string) => levelsIn(textOf(path))
const levelsIn = (text: string) =>
  [...text.replace(/^ *```[\s\S]*?^ *```/gm, '').matchAll(/^(#+) /gm)].map(([, level]) => level)

/** Code of a page without its comments, which are in the language of the page. */
const codeOf = (path: string) =>
  codeBlocks(path).map(({ language, code }) => [
    language,
    code
      .replace(/\/\*[\s\S]*?\*\/|(^|\s)(?:\/\/|#) .*/g, '')
      .replace(/\s+/g, ' ')
      .trim(),
  ])

test.each(WRITTEN.map((page) => [page.path, page] as const))(
  '%s has the same headings and the same code in both languages',
  (_, page) => {
    const [en, zh] = [sourceOf(page, 'en'), sourceOf(page, 'zh')]
    expect(levels(zh)).toEqual(levels(en))
    expect(codeOf(zh)).toEqual(codeOf(en))
  },
)

test('the site has every guide', () => {
  const shown = PAGES.map(({ source }) => source)
  const guides = readdirSync(at('docs/guides')).map(
    (name) => `docs/guides/${name.replace(/(\.zh-CN)?\.md$/, '')}`,
  )
  expect(guides.filter((guide) => !shown.includes(guide))).toEqual([])
})
