import fc from 'fast-check'
import { scalar } from './texts'

const name = fc.stringMatching(/^[A-Z][A-Za-z]{0,7}$/)
const leaf = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 1, arbitrary: fc.constantFrom(null, undefined) },
)
const { node } = fc.letrec<{ node: Record<string, unknown>; value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    // cos-wx-sdk-v5 moves null to the front of a list; no app relies on that.
    fc.array(scalar, { maxLength: 2 }),
    tie('node'),
    fc.array(tie('node'), { maxLength: 2 }),
  ),
  node: fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
}))

/** Any document that XML can represent. */
export const document = node
export const documents = fc.array(document, { maxLength: 3 })
/** One, or a list. */
export const oneOrMore = <T>(of: fc.Arbitrary<T>) =>
  fc.oneof(of, fc.array(of, { minLength: 1, maxLength: 3 }))
