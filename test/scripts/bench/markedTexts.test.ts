import { fillMarked, markedNames, withoutMarked } from '../../../scripts/bench/report/markedTexts'

const DOCUMENT =
  'It takes <!-- bench:size -->9 KB<!-- /bench --> and <!-- bench:time --><!-- /bench -->.'

test('what stands between markers is made anew, and nothing else', () => {
  const filled = fillMarked(DOCUMENT, { size: '61 KB', time: 'two\nlines' })
  expect(filled).toBe(
    'It takes <!-- bench:size -->61 KB<!-- /bench --> and <!-- bench:time -->two\nlines<!-- /bench -->.',
  )
  expect(fillMarked(filled, { size: '61 KB', time: 'two\nlines' })).toBe(filled)
})

test('a text with a dollar sign stays as it is', () => {
  expect(fillMarked(DOCUMENT, { size: '$&', time: '$1' })).toContain('-->$&<!--')
})

test('a name that there is not is an error', () => {
  expect(() => fillMarked(DOCUMENT, { size: '' })).toThrow('nothing is called bench:time')
})

test('what a document quotes can be told from what it says', () => {
  expect(markedNames(DOCUMENT)).toEqual(['size', 'time'])
  expect(withoutMarked(DOCUMENT)).toBe('It takes  and .')
})
