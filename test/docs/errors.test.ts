import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { explain } from '../../packages/cli/src/doctor/explain'
import { OWN_CODES } from '../../packages/cli/src/doctor/ownCodes'
import { explainSymptom, SYMPTOM_GROUPS } from '../../packages/cli/src/doctor/symptoms'
import { ROOT } from '../support/root'

const SYMPTOMS = SYMPTOM_GROUPS.flatMap(({ symptoms }) => symptoms)

test('every error code of the kit that the sources name is documented, and no other', () => {
  const sources = ['packages/client', 'packages/protocol', 'packages/server'].flatMap((name) => {
    const folder = join(ROOT, name, 'src')
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .map((path) => readFileSync(join(folder, path), 'utf8'))
  })
  const named = sources.join('\n').match(/\bKit[A-Z]\w+/g) ?? []
  expect(Object.keys(OWN_CODES).sort()).toEqual([...new Set(named)].sort())
})

test('every symptom has a cause and a fix in each language', () => {
  for (const symptom of SYMPTOMS) {
    const { cause, fix } = explainSymptom(symptom)
    for (const text of [cause, fix]) {
      expect(text.en).toMatch(/^[^\u4e00-\u9fff]{8,}$/)
      expect(text.zh).toMatch(/[\u4e00-\u9fff]{2}/)
    }
  }
})

test('`npm run doctor -- explain` knows every text that TROUBLESHOOTING.md shows', () => {
  const unknown = SYMPTOMS.flatMap(({ message }) =>
    typeof message === 'string' ? [message] : [],
  ).filter((text) => explain(text, 'en') === undefined)
  expect(unknown).toEqual([])
})

test('`npm run doctor -- explain` and TROUBLESHOOTING.md name the same error', () => {
  const known = SYMPTOMS.filter(({ cloudError }) => cloudError)
  expect(known.length).toBeGreaterThan(5)
  for (const { message, cloudError } of known)
    expect(explain(message as string, 'en')).toContain(cloudError)
})
