import { readFileSync } from 'node:fs'
import { sizeWithRequired } from '../../packages/cli/src/wechat/clientSize'
import { FIGURE_IDS } from '../../scripts/bench/catalogue'
import { readRecord } from '../../scripts/bench/record'
import { markedNames, withoutMarked } from '../../scripts/bench/report/markedTexts'
import { QUOTING, report } from '../../scripts/bench/report/report'
import { at } from '../../scripts/build/root'

const AGAIN = '`npm run bench -- --record` measures anew, `--report` writes what is recorded'
const text = (path: string) => readFileSync(at(path), 'utf8')
const record = readRecord()

test('the recorded run has every figure of the catalogue, and no other', () => {
  expect(Object.keys(record.figures).sort()).toEqual([...FIGURE_IDS].sort())
})

test(`all that is made of the recorded run stands in the documents; ${AGAIN}`, async () => {
  const files = await report(record)
  expect(Object.keys(files).length).toBeGreaterThan(8)
  for (const [path, made] of Object.entries(files)) expect([path, text(path)]).toEqual([path, made])
})

test(`the recorded sizes are those of the client that is built now; ${AGAIN}`, () => {
  for (const [id, entry] of [
    ['size.client', 'index.js'],
    ['size.upload', 'upload.js'],
  ] as const) {
    const built = sizeWithRequired(at('packages/client/miniprogram_dist', entry)) / 1024
    const recorded = record.figures[id]?.ours[0] ?? Number.NaN
    expect(Math.abs(built / recorded - 1)).toBeLessThan(0.03)
  }
})

/** Numbers of sizes, shares and times, ratios, and words for them. */
const CLAIM =
  /\d+(?:[.,]\d+)*\s?(?:[KMG]i?B\b|%|％|ms\b|毫秒|times\b|倍)|\b0\.\d\d+\b|\b(?:half|quarter|third|thirds|twice)\b|[一两二三四]分之[一二三]|一半/g

/** What the documents say in such words that is no figure of ours, and why. */
const NO_FIGURES = {
  'half an hour': 'how long a key lives: keySeconds',
}

/** What a document says by itself, in prose, on one line. */
function saidIn(document: string): string {
  const prose = withoutMarked(document).replace(/^```[\s\S]*?^```/gm, '')
  return Object.keys(NO_FIGURES).reduce(
    (text, phrase) => text.replaceAll(phrase, ''),
    prose.replace(/\s+/g, ' '),
  )
}

test('a figure is found in whatever words it stands', () => {
  for (const claim of [
    '62 KB',
    '1.5 MiB',
    '12 %',
    '40ms',
    'takes 0.21 of it',
    'a quarter of',
    'two thirds',
    '三倍于：3 倍',
    '四分之一',
  ]) {
    expect(saidIn(claim)).toMatch(new RegExp(CLAIM.source))
  }
  expect(saidIn('1.8.0, Node 20, 50 files, for half an\nhour, ten requests')).not.toMatch(
    new RegExp(CLAIM.source),
  )
})

describe.each(Object.keys(QUOTING))('%s', (path) => {
  test('quotes the recorded run', () => {
    expect(markedNames(text(path)).length).toBeGreaterThan(0)
  })

  test('says no other figure', () => {
    expect(saidIn(text(path)).match(CLAIM) ?? []).toEqual([])
  })

  test('has its markers where they do not end a paragraph', () => {
    // At the start of a line Markdown takes a comment for a block of its own.
    const starts = text(path).match(/^[ \t]*<!-- \/?bench.*$/gm) ?? []
    expect(starts.filter((line) => !/^<!-- (?:bench:\w+|\/bench) -->$/.test(line))).toEqual([])
  })
})
