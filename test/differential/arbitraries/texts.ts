import fc from 'fast-check'

/** Problematic strings: reserved characters, double encoding, beyond the BMP, invisible, empty. */
const HOSTILE = [
  '%',
  '%2F',
  '%2e%2e',
  '%zz',
  '+',
  ' ',
  "!'()*",
  '~-_.',
  '&?#=;',
  ':@,$',
  '[]{}|^`',
  '"<>',
  '\\',
  '图片 名',
  '👩‍👩‍👧‍👦',
  '𠮷',
  'e\u0301',
  'é',
  '\u202eabc',
  '\ufeff',
  '\u2028',
  'ﬁ',
  '${filename}',
  '__proto__',
  'constructor',
]

export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  fc.constantFrom(...HOSTILE),
  fc.array(fc.constantFrom(...HOSTILE), { minLength: 2, maxLength: 3 }).map((all) => all.join('')),
)
export const word = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9-]{0,9}$/)

/** Keys that COS rejects, or that a phone's network would normalise. */
const UNTAKEN = ['.', '..', '\u0000', '\u0019', '\ud800', 'x'.repeat(851), '图'.repeat(284)]

const segment = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 4, arbitrary: word },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) },
  { weight: 1, arbitrary: fc.constantFrom(...UNTAKEN) },
)
/** Key endings that determine the content type. */
export const EXTENSIONS: Record<string, string> = {
  '.txt': 'text/plain',
  '.jpg': 'image/jpeg',
  '.gz': 'application/gzip',
  '.html': 'text/html',
  '.mp4': 'video/mp4',
}
const ENDS = ['', '.txt', '.JPG', '.tar.gz', '.html', '.mp4', '.unknown']

export const key: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom('', '', '', '/', '//', '\\'),
    fc.array(segment, { minLength: 1, maxLength: 3 }),
    fc.constantFrom(...ENDS),
    fc.constantFrom('', '', '', '/'),
  )
  .map(([lead, segments, extension, end]) => lead + segments.join('/') + extension + end)
  .filter((made) => made !== '')

/** An optional param: missing, or explicitly undefined. */
export const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined | null> =>
  fc.oneof({ weight: 6, arbitrary }, { weight: 1, arbitrary: fc.constantFrom(undefined, null) })

export const scalar = fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(''))

/** Query strings: data processing, a style, or nonsense. */
const NAMES = ['imageMogr2/thumbnail/200x', 'ci-process', 'Version', 'x!', 'X*', 'x-', 'a/b', 'a-b']
export const query = fc.dictionary(
  fc.oneof(
    fc.constantFrom(...NAMES),
    word,
    text.filter((name) => name !== '' && name !== '__proto__'),
  ),
  maybe(scalar),
  { maxKeys: 5, noNullPrototype: true },
)
