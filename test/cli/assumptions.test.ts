import { readFileSync } from 'node:fs'
import { probes } from '../../packages/cli/src/doctor/liveProbes'
import { at } from '../support/root'

/** The items of the list under a heading, each in one line. */
function listed(file: string, heading: string): string[] {
  const [, section = ''] = readFileSync(at(file), 'utf8').split(`## ${heading}\n`)
  const [text = ''] = section.split('\n## ')
  return [...text.matchAll(/^- ((?:.|\n {2})+)/gm)].map(([, item = '']) =>
    item.replace(/\n {2}/g, ' '),
  )
}

test('CONTRIBUTING lists every assumption', () => {
  expect(listed('CONTRIBUTING.md', 'What only a live account can confirm')).toEqual(
    probes.map(({ assumed }) => assumed.en),
  )
})

test('REAL_CLOUD lists the assumptions about deploying', () => {
  const texts = probes.map(({ assumed }) => assumed.en)
  const items = listed('docs/REAL_CLOUD.md', 'Not confirmed yet')
  expect(items.length).toBeGreaterThan(3)
  for (const item of items) expect(texts).toContain(item)
})

test('each has a Chinese text', () => {
  for (const { assumed, byHand = assumed } of probes) {
    for (const { zh } of [assumed, byHand]) expect(zh).toMatch(/[\u4e00-\u9fff]/)
  }
})

test('each has a unique id, and a probe or a manual check', () => {
  expect(new Set(probes.map(({ id }) => id)).size).toBe(probes.length)
  for (const { id, run, byHand } of probes) {
    expect([id, run !== undefined || (byHand?.en ?? '').length > 40]).toEqual([id, true])
    expect([id, run !== undefined && byHand !== undefined]).toEqual([id, false])
  }
})
