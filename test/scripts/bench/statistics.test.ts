import { median, ratioOf, spreadOf } from '../../../scripts/bench/statistics'

test('the median is the middle value, or half way between two', () => {
  expect(median([3, 100, 1])).toBe(3)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([7])).toBe(7)
})

test('a spread goes from the smallest to the largest, and leaves its values as they were', () => {
  const values = [5, 1, 9]
  expect(spreadOf(values)).toEqual({ median: 5, min: 1, max: 9 })
  expect(values).toEqual([5, 1, 9])
})

test('what was not measured has no spread', () => {
  expect(() => spreadOf([])).toThrow('nothing was measured')
  expect(() => spreadOf([1, Number.NaN])).toThrow('nothing was measured')
})

test('a ratio is of each round, so that what slows both down is not in it', () => {
  expect(ratioOf([1, 10, 2], [2, 20, 4])).toEqual({ median: 0.5, min: 0.5, max: 0.5 })
  expect(ratioOf([0], [0]).median).toBe(1)
  expect(() => ratioOf([1, 2], [1])).toThrow('2 rounds of ours beside 1')
  expect(() => ratioOf([1], [0])).toThrow('nothing was measured')
})
