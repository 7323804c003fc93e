import fc from 'fast-check'
import { text, word } from './texts'

const piece = fc.constantFrom(
  '{Bucket}',
  '{BucketName}',
  '{AppId}',
  '{Region}',
  '{{Bucket}}',
  '{{AppId}}',
  '{{Region}}',
  '{bucket}',
  '{{region}}',
  '{Other}',
  '{{Other}}',
  'cdn',
)
const domain = fc
  .tuple(
    fc.constantFrom('', '', 'https://', 'http://', 'HTTPS://'),
    fc.array(piece, { minLength: 1, maxLength: 3 }),
    fc.constantFrom('.example.com', '.myqcloud.com', '.example.com:8443', '.example.com/base'),
    fc.constantFrom('', '/'),
  )
  .map(([scheme, pieces, end, slash]) => scheme + pieces.join('.') + end + slash)
const serviceDomain = fc
  .tuple(
    fc.constantFrom('', 'https://', 'http://'),
    fc.constantFrom('cos.{{Region}}.example.com', 'service.example.com', 'x{{Other}}.example.com'),
    fc.constantFrom('', '/'),
  )
  .map((parts) => parts.join(''))
const second = fc.integer({ min: 1_600_000_000, max: 1_800_000_000 })

/** Options of the constructor that show in what is sent. */
export const options: fc.Arbitrary<Record<string, unknown>> = fc
  .tuple(
    fc.record({
      SecretId: fc.constantFrom('AKIDexample', 'AKIDother'),
      SecretKey: word,
    }),
    fc.record(
      {
        Domain: fc.oneof({ weight: 4, arbitrary: domain }, fc.constant('')),
        ServiceDomain: serviceDomain,
        Protocol: fc.constantFrom('http', 'http:', 'https', 'https:', ''),
        ForcePathStyle: fc.boolean(),
        UseAccelerate: fc.boolean(),
        SimpleUploadMethod: fc.constantFrom('postObject', 'putObject'),
        Timeout: fc.integer({ min: -1, max: 90_000 }),
        HttpDNSServiceId: fc.constantFrom('', 'wx1'),
        ForceSignHost: fc.boolean(),
        SystemClockOffset: fc.integer({ min: -100_000_000, max: 100_000_000 }),
        CorrectClockSkew: fc.boolean(),
        CompatibilityMode: fc.boolean(),
        AppId: fc.constantFrom('1250000000', 1250000000),
        SecurityToken: fc.oneof(text, word),
        XCosSecurityToken: word,
        StartTime: second,
        ExpiredTime: second,
        UploadCheckContentMd5: fc.boolean(),
        UploadAddMetaMd5: fc.boolean(),
        ProgressInterval: fc.nat(5000),
      },
      { requiredKeys: [] },
    ),
  )
  .map(([key, rest]) => ({ ...key, ...rest }))
