import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ADVICE, FURTHER_ADVICE } from '@miniprogram-cos/protocol'
import { ROOT } from '../../scripts/build/root'
import { ADVISED, ERRORS, errorTable } from '../../scripts/errorTable'
import { OWN_CODES } from '../../scripts/errorTable/ownCodes'

const text = readFileSync(ERRORS, 'utf8')

test('the table of error codes is what `npm run errors` makes', () => {
  expect(text).toBe(errorTable())
})

test('it has every code of ours that the sources name, and no other', () => {
  const sources = ['packages/client', 'packages/protocol', 'packages/server'].flatMap((name) => {
    const folder = join(ROOT, name, 'src')
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(folder, path), 'utf8'))
  })
  const named = sources.join('\n').match(/\bKit[A-Z]\w+/g) ?? []
  expect(Object.keys(OWN_CODES).sort()).toEqual([...new Set(named)].sort())
})

test('it has every advice once in each language', () => {
  expect(ADVISED.length).toBeGreaterThan(10)
  for (const [en, zh] of Object.values({ ...ADVICE, ...FURTHER_ADVICE })) {
    expect(text).toContain(`| ${en} |`)
    expect(text).toContain(`| ${zh} |`)
  }
})
