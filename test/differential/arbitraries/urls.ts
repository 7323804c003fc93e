import fc from 'fast-check'
import { key, query, word } from './texts'

const headers = fc.dictionary(
  fc.constantFrom(
    'x-cos-traffic-limit',
    'Content-Type',
    'content-md5',
    'Host',
    'Range',
    'cache-control',
    'X-Own',
  ),
  word,
  { noNullPrototype: true },
)

/** Params of getObjectUrl. */
export const urlParams: fc.Arbitrary<object> = fc
  .tuple(
    fc.record({ Key: key }),
    fc.record(
      {
        Method: fc.constantFrom('GET', 'PUT', 'get', 'put', 'HEAD'),
        Expires: fc.oneof(
          fc.integer({ min: 1, max: 1_000_000 }),
          fc.integer({ min: 1, max: 999 }).map(String),
        ),
        Sign: fc.boolean(),
        Query: query,
        QueryString: fc.constantFrom('a=b', 'imageMogr2/thumbnail/20x', ''),
        Headers: headers,
        Domain: fc.constantFrom(
          'cdn.example.com',
          'http://x.example.com/',
          '{Bucket}.{Region}.a.cn',
        ),
        UseAccelerate: fc.boolean(),
        ForceSignHost: fc.boolean(),
        Protocol: fc.constantFrom('http:', 'https:', 'http'),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([needed, free]) => ({ ...needed, ...free }))
