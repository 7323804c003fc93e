import { type About, betterSide, costOf, figureOf, isReached } from '../../../scripts/bench/figure'
import { numberText, ratioText, spreadText } from '../../../scripts/bench/numberText'

const TIME: About = { what: 'a call', unit: 'ms', better: 'less', peer: 'theirs', goal: 0.5 }
const RATE: About = { ...TIME, unit: '/s', better: 'more', goal: 2 }

describe('a figure', () => {
  test('costs less where a time is shorter, and where a rate is higher', () => {
    expect(costOf(figureOf('t', TIME, { ours: [1], peer: [4] }))).toBe(0.25)
    expect(costOf(figureOf('r', RATE, { ours: [4], peer: [1] }))).toBe(0.25)
  })

  test('says whose side is better, and nobody’s within what chance does', () => {
    const side = (about: About, ours: number) =>
      betterSide(figureOf('f', about, { ours: [ours], peer: [100] }))
    expect([side(TIME, 50), side(TIME, 150), side(TIME, 102)]).toEqual(['ours', 'peer', undefined])
    expect([side(RATE, 50), side(RATE, 150), side(RATE, 98)]).toEqual(['peer', 'ours', undefined])
  })

  test('reaches its goal by the digits that are shown', () => {
    const reached = (about: About, ours: number) =>
      isReached(figureOf('f', about, { ours: [ours], peer: [1] }))
    expect([reached(TIME, 0.504), reached(TIME, 0.51)]).toEqual([true, false])
    expect([reached(RATE, 1.996), reached(RATE, 1.99)]).toEqual([true, false])
    expect(reached({ ...TIME, goal: undefined as never }, 9)).toBeUndefined()
  })

  test('without its peer is no figure, nor is one with a peer that is not said', () => {
    const { peer: _, ...alone } = TIME
    expect(() => figureOf('f', TIME, { ours: [1] })).toThrow('f: what is measured')
    expect(() => figureOf('f', alone, { ours: [1], peer: [1] })).toThrow('f: what is measured')
    expect(figureOf('f', alone, { ours: [1] })).not.toHaveProperty('ratio')
  })
})

test('numbers have the digits that mean something', () => {
  const texts = [0, 1000, 1205.4, 61.44, 4.254, 0.0861].map((value) => numberText(value))
  expect(texts).toEqual(['0', '1000', '1205', '61.4', '4.25', '0.086'])
  expect([0.234, 1, 0.0021].map(ratioText)).toEqual(['0.23', '1.00', '0.002'])
  expect(spreadText({ median: 2, min: 1.5, max: 3 }, 'ms')).toBe('2 ms (1.50 to 3)')
  expect(spreadText({ median: 2, min: 2, max: 2 }, 'calls')).toBe('2 calls')
})
