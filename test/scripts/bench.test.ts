import { XMLValidator } from 'fast-xml-parser'
import {
  betterSide,
  costOf,
  type FigureInfo,
  figureOf,
  isReached,
  numberText,
  ratioOf,
  ratioText,
  spreadOf,
  spreadText,
} from '../../scripts/bench/figure'
import { type Bar, ratioChart } from '../../scripts/bench/overviewChart'

describe('statistics', () => {
  test('the median is the middle value, or half way between the middle two', () => {
    expect(spreadOf([3, 100, 1]).median).toBe(3)
    expect(spreadOf([4, 1, 3, 2]).median).toBe(2.5)
    expect(spreadOf([7]).median).toBe(7)
  })

  test('a spread has the smallest and the largest value, and does not sort its argument', () => {
    const values = [5, 1, 9]
    expect(spreadOf(values)).toEqual({ median: 5, min: 1, max: 9 })
    expect(values).toEqual([5, 1, 9])
  })

  test('rejects no values and values that are not numbers', () => {
    expect(() => spreadOf([])).toThrow('nothing was measured')
    expect(() => spreadOf([1, Number.NaN])).toThrow('nothing was measured')
  })

  test('a ratio is taken round by round', () => {
    expect(ratioOf([1, 10, 2], [2, 20, 4])).toEqual({ median: 0.5, min: 0.5, max: 0.5 })
    expect(ratioOf([0], [0]).median).toBe(1)
    expect(() => ratioOf([1, 2], [1])).toThrow('2 rounds of ours for 1')
    expect(() => ratioOf([1], [0])).toThrow('nothing was measured')
  })
})

describe('a figure', () => {
  const TIME: FigureInfo = {
    what: { en: 'a call', zh: '一次调用' },
    unit: 'ms',
    better: 'less',
    peer: 'theirs',
    goal: 0.5,
  }
  const RATE: FigureInfo = { ...TIME, unit: '/s', better: 'more', goal: 2 }

  test('costs less with a shorter time and with a higher rate', () => {
    expect(costOf(figureOf('t', TIME, { ours: [1], peer: [4] }))).toBe(0.25)
    expect(costOf(figureOf('r', RATE, { ours: [4], peer: [1] }))).toBe(0.25)
  })

  test('names the better side, and neither within the noise', () => {
    const side = (info: FigureInfo, ours: number) =>
      betterSide(figureOf('f', info, { ours: [ours], peer: [100] }))
    expect([side(TIME, 50), side(TIME, 150), side(TIME, 102)]).toEqual(['ours', 'peer', undefined])
    expect([side(RATE, 50), side(RATE, 150), side(RATE, 98)]).toEqual(['peer', 'ours', undefined])
  })

  test('is compared with its goal after rounding to the displayed digits', () => {
    const reached = (info: FigureInfo, ours: number) =>
      isReached(figureOf('f', info, { ours: [ours], peer: [1] }))
    expect([reached(TIME, 0.504), reached(TIME, 0.51)]).toEqual([true, false])
    expect([reached(RATE, 1.996), reached(RATE, 1.99)]).toEqual([true, false])
    const { goal: _, ...withoutGoal } = TIME
    expect(reached(withoutGoal, 9)).toBeUndefined()
  })

  test('requires a declared peer to be measured, and the other way round', () => {
    const { peer: _, ...alone } = TIME
    expect(() => figureOf('f', TIME, { ours: [1] })).toThrow('f: the peer')
    expect(() => figureOf('f', alone, { ours: [1], peer: [1] })).toThrow('f: the peer')
    expect(figureOf('f', alone, { ours: [1] })).not.toHaveProperty('ratio')
  })
})

test('numbers are shown with their significant digits', () => {
  const texts = [0, 1000, 1205.4, 61.44, 4.254, 0.0861].map(numberText)
  expect(texts).toEqual(['0', '1000', '1205', '61.4', '4.25', '0.086'])
  expect([0.234, 1, 0.0021].map(ratioText)).toEqual(['0.23', '1.00', '0.002'])
  expect(spreadText({ median: 2, min: 1.5, max: 3 }, 'ms')).toBe('2 ms (1.50 to 3)')
  expect(spreadText({ median: 2, min: 2, max: 2 }, 'calls')).toBe('2 calls')
})

describe('the chart', () => {
  const bar = (cost: number, more: Partial<Bar> = {}): Bar => ({
    label: 'a call',
    cost: { median: cost, min: cost, max: cost },
    detail: '1 : 2 ms',
    ...more,
  })
  const draw = (...bars: Bar[]) => ratioChart({ title: 'less is better', peer: 'peer = 1', bars })
  const widths = (svg: string) =>
    [...svg.matchAll(/<rect class="(better|equal|worse)"[^>]* width="([\d.]+)"/g)].map(
      ([, kind, width]) => [kind, Number(width)] as const,
    )

  test('escapes its texts', () => {
    const svg = draw(bar(0.5, { label: 'a < b & "c"', detail: '<1' }))
    expect(XMLValidator.validate(svg)).toBe(true)
    expect(svg).toContain('a &lt; b &amp; &quot;c&quot;')
  })

  test('draws bars in proportion to the cost, coloured by the better side', () => {
    const [half, equal, worse] = widths(draw(bar(0.5), bar(1.02), bar(1.5)))
    expect([half?.[0], equal?.[0], worse?.[0]]).toEqual(['better', 'equal', 'worse'])
    expect((worse?.[1] ?? 0) / (half?.[1] ?? 0)).toBeCloseTo(3, 1)
  })

  test('keeps tiny bars visible and cuts long ones at the edge', () => {
    const [tiny, long, longer] = widths(draw(bar(0.0001), bar(5), bar(50)))
    expect(tiny?.[1]).toBeGreaterThan(1)
    expect(long?.[1]).toBe(longer?.[1])
  })

  test('has colours for a dark background', () => {
    expect(draw(bar(1))).toContain('@media (prefers-color-scheme: dark)')
  })
})
