import fc from 'fast-check'
import type { Params } from '../harness'
import { key, scalar, text, word } from './texts'

const at = { Bucket: fc.constant('test-1250000000'), Region: fc.constant('ap-guangzhou') }
const headers = fc.dictionary(
  fc.constantFrom('Content-Type', 'Cache-Control', 'Host', 'Range', 'x-cos-acl', 'x-ci-a', 'X-Own'),
  fc.oneof(text, word, fc.constant('')),
  { noNullPrototype: true },
)
/** In ASCII: the order of others is defect 26, which the requests show. */
const query = fc.dictionary(
  fc.oneof(word, fc.constantFrom('imageMogr2/thumbnail/200x', 'ci-process')),
  scalar,
  { noNullPrototype: true, maxKeys: 4 },
)

const seconds = fc.integer({ min: 1, max: 1_000_000 })
const methods = fc.constantFrom('GET', 'put', 'HEAD')
const documented = {
  ...at,
  Method: methods,
  // COS rejects a key with two.
  Key: key.map((given) => given.replace(/^\/+/, '/')),
  Query: query,
  Headers: headers,
  Expires: fc.oneof(seconds, seconds.map(String)),
}

/** What the method getAuth takes. */
export const authParams: fc.Arbitrary<Params> = fc.record(documented, { requiredKeys: [] })

/** What the static getAuthorization takes. */
export const staticParams: fc.Arbitrary<Params> = fc.record(
  {
    SecretId: word,
    SecretKey: word,
    ...documented,
    method: methods,
    Pathname: key,
    pathname: key,
    params: query,
    headers,
    expires: seconds,
    UseRawKey: fc.boolean(),
    KeyTime: fc.constantFrom('1700000000;1700000900', ''),
    SystemClockOffset: fc.integer({ min: -1_000_000, max: 1_000_000 }),
    ForceSignHost: fc.boolean(),
  },
  { requiredKeys: ['SecretId', 'SecretKey'] },
)
