import { readFileSync } from 'node:fs'
import { explain } from '../../scripts/doctor/explain'
import {
  explainSymptom,
  SYMPTOM_GROUPS,
  TROUBLESHOOTING,
  troubleshooting,
} from '../../scripts/troubleshooting'

const SYMPTOMS = SYMPTOM_GROUPS.flatMap(({ symptoms }) => symptoms)

test('TROUBLESHOOTING.md is what `npm run errors` makes', () => {
  expect(readFileSync(TROUBLESHOOTING, 'utf8')).toBe(troubleshooting())
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

test('`npm run doctor -- explain` knows every text that the document shows', () => {
  const unknown = SYMPTOMS.flatMap(({ see }) => (typeof see === 'string' ? [see] : [])).filter(
    (text) => /^Nothing known/.test(explain(text, 'en')),
  )
  expect(unknown).toEqual([])
})

test('and calls what the document says by the same fault', () => {
  const faults = SYMPTOMS.filter(({ fault }) => fault)
  expect(faults.length).toBeGreaterThan(5)
  for (const { see, fault } of faults) expect(explain(see as string, 'en')).toContain(fault)
})
