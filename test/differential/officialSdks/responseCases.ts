import { createHash, randomBytes } from 'node:crypto'
import { MIB } from '../../support/fakePhone'
import { BUCKET, HOST, REGION } from '../../support/testCloud'
import type { OfficialClient } from './objectCases'

type Outcome = Record<string, unknown> & {
  statusCode: number
  headers: Record<string, string>
}

const PAST = 'Thu, 01 Jan 2015 00:00:00 GMT'
const FUTURE = 'Tue, 01 Jan 2030 00:00:00 GMT'
const CONTENT = 'the content of an object'
const ETAG = `"${createHash('md5').update(CONTENT).digest('hex')}"`

/** Conditions, ranges, headers, lists and refusals: one request a case. */
export function describeAnswers(
  name: string,
  connect: () => OfficialClient,
  prefix: string,
  /** Settings that this client has no method for. */
  without: string[] = [],
): void {
  const bucket = { Bucket: BUCKET, Region: REGION }
  const at = (key: string) => ({ ...bucket, Key: prefix + key })
  let client: OfficialClient
  const call = (method: string, params: object) => client.call<Outcome>(method, params)
  const put = (key: string, text = CONTENT, more: object = {}) =>
    call('putObject', { ...at(key), Body: client.toBody(Buffer.from(text)), ...more })
  const refused = async (method: string, params: object, statusCode: number, Code?: string) => {
    await expect(call(method, params)).rejects.toMatchObject({
      statusCode,
      ...(Code ? { error: { Code } } : {}),
    })
  }
  const copySource = (key: string) =>
    `${HOST}/${encodeURIComponent(prefix + key).replace(/%2F/g, '/')}`

  describe(`${name}, unmodified: answers`, () => {
    beforeAll(async () => {
      client = connect()
      await put('object', CONTENT, {
        ContentType: 'text/plain',
        CacheControl: 'max-age=60',
        ContentDisposition: 'inline',
        Expires: FUTURE,
        'x-cos-meta-mark': 'kept',
      })
    })

    test.each<[string, object, number]>([
      ['If-Match of the ETag', { IfMatch: ETAG }, 200],
      ['If-None-Match of another', { IfNoneMatch: '"x"' }, 200],
      ['If-Modified-Since before', { IfModifiedSince: PAST }, 200],
      ['If-Unmodified-Since after', { IfUnmodifiedSince: FUTURE }, 200],
      ['a range', { Range: 'bytes=4-10' }, 206],
      ['a range to the end', { Range: 'bytes=4-' }, 206],
      ['a range from the end', { Range: 'bytes=-6' }, 206],
    ])('reads with %s', async (_, params, statusCode) => {
      const outcome = await call('getObject', { ...at('object'), ...params })
      expect(outcome.statusCode).toBe(statusCode)
      expect(outcome.headers.etag).toBe(ETAG)
    })

    test.each<[string, string, object, number, string?]>([
      ['If-Match of another', 'getObject', { IfMatch: '"x"' }, 412, 'PreconditionFailed'],
      [
        'If-Unmodified-Since before',
        'getObject',
        { IfUnmodifiedSince: PAST },
        412,
        'PreconditionFailed',
      ],
      ['a range beyond the end', 'getObject', { Range: 'bytes=100-' }, 416, 'InvalidRange'],
      ['an unknown version', 'getObject', { VersionId: 'x' }, 404, 'NoSuchVersion'],
    ])('refuses %s', (_, method, params, statusCode, code) =>
      refused(method, { ...at('object'), ...params }, statusCode, code),
    )

    test.each<[string, string, string]>([
      ['ResponseContentType', 'content-type', 'text/html'],
      ['ResponseContentLanguage', 'content-language', 'en'],
      ['ResponseCacheControl', 'cache-control', 'no-cache'],
      ['ResponseContentDisposition', 'content-disposition', 'attachment;filename=a.txt'],
      ['ResponseContentEncoding', 'content-encoding', 'identity'],
      ['ResponseExpires', 'expires', PAST],
    ])('overrides a response header by %s', async (param, header, value) => {
      const { headers } = await call('getObject', { ...at('object'), [param]: value })
      expect(headers[header]).toBe(value)
    })

    test.each<[string, string]>([
      ['content-type', 'text/plain'],
      ['cache-control', 'max-age=60'],
      ['content-disposition', 'inline'],
      ['expires', FUTURE],
      ['x-cos-meta-mark', 'kept'],
      ['content-length', String(CONTENT.length)],
      ['etag', ETAG],
    ])('HEAD returns the %s', async (header, value) => {
      const { headers } = await call('headObject', at('object'))
      expect(headers[header]).toBe(value)
    })

    test.each([
      ['STANDARD_IA', 'STANDARD_IA'],
      ['ARCHIVE', 'ARCHIVE'],
      ['STANDARD', undefined],
    ])('returns the storage class %s unless it is STANDARD', async (given, shown) => {
      await put('class', CONTENT, { StorageClass: given })
      const { headers } = await call('headObject', at('class'))
      expect(headers['x-cos-storage-class']).toBe(shown)
    })

    test.each([0, 1, 65_536, 300_000])('stores %d bytes unchanged', async (size) => {
      const bytes = randomBytes(size)
      await call('putObject', { ...at('bytes'), Body: client.toBody(bytes) })
      expect((await client.read(`${prefix}bytes`)).equals(bytes)).toBe(true)
    })

    test.each<[string, string, object, number, string?]>([
      ['a missing object', 'getObject', {}, 404, 'NoSuchKey'],
      ['the ACL of a missing object', 'getObjectAcl', {}, 404, 'NoSuchKey'],
      [
        'the parts of an unknown upload',
        'multipartListPart',
        { UploadId: 'none' },
        404,
        'NoSuchUpload',
      ],
      ['aborting an unknown upload', 'multipartAbort', { UploadId: 'none' }, 404, 'NoSuchUpload'],
      [
        'completing an unknown upload',
        'multipartComplete',
        { UploadId: 'none', Parts: [{ PartNumber: 1, ETag: '"x"' }] },
        404,
        'NoSuchUpload',
      ],
      [
        'tags of a missing object',
        'putObjectTagging',
        { Tags: [{ Key: 'a', Value: 'b' }] },
        404,
        'NoSuchKey',
      ],
    ])('refuses %s', (_, method, params, statusCode, code) =>
      refused(method, { ...at('nothing at all'), ...params }, statusCode, code),
    )

    test.each<[string, object, string]>([
      ['an unknown ACL', { ACL: 'everybody' }, 'InvalidArgument'],
      ['an unknown storage class', { StorageClass: 'SHINY' }, 'NotSupportedStorageClass'],
      [
        'eleven tags',
        { Headers: { 'x-cos-tagging': 'a=1&b=1&c=1&d=1&e=1&f=1&g=1&h=1&i=1&j=1&k=1' } },
        'InvalidTag',
      ],
      ['too low a traffic limit', { Headers: { 'x-cos-traffic-limit': '1' } }, 'InvalidArgument'],
      ['too much metadata', { 'x-cos-meta-a': 'a'.repeat(2049) }, 'InvalidArgument'],
    ])('refuses an object with %s', (_, more, code) =>
      refused(
        'putObject',
        { ...at('refused'), Body: client.toBody(Buffer.from('x')), ...more },
        400,
        code,
      ),
    )

    test.each<[string, object, number, string]>([
      ['of a missing object', { CopySource: () => copySource('nothing') }, 404, 'NoSuchKey'],
      [
        'onto itself',
        { Key: 'object', CopySource: () => copySource('object') },
        400,
        'InvalidRequest',
      ],
      [
        'of a changed object',
        { CopySource: () => copySource('object'), CopySourceIfMatch: '"x"' },
        412,
        'PreconditionFailed',
      ],
      [
        'of an unchanged object',
        { CopySource: () => copySource('object'), CopySourceIfNoneMatch: ETAG },
        412,
        'PreconditionFailed',
      ],
      [
        'of an archived object',
        { CopySource: () => copySource('archived') },
        403,
        'InvalidObjectState',
      ],
    ])('refuses a copy %s', async (_, given, statusCode, code) => {
      await put('archived', CONTENT, { StorageClass: 'ARCHIVE' })
      const {
        Key = 'copy',
        CopySource,
        ...more
      } = given as {
        Key?: string
        CopySource: () => string
      }
      await refused(
        'putObjectCopy',
        { ...at(Key), CopySource: CopySource(), ...more },
        statusCode,
        code,
      )
    })

    test('completes parts of 1 MB and a smaller last one, replaced parts included', async () => {
      const { UploadId } = await call('multipartInit', at('parts'))
      const parts = [randomBytes(MIB), randomBytes(77)]
      const Parts: object[] = []
      for (const [i, bytes] of [randomBytes(MIB), ...parts].entries()) {
        const PartNumber = Math.max(i, 1)
        const params = { ...at('parts'), UploadId, PartNumber, Body: client.toBody(bytes) }
        const { headers } = await call('multipartUpload', params)
        Parts[PartNumber - 1] = { PartNumber, ETag: headers.etag }
      }
      await call('multipartComplete', { ...at('parts'), UploadId, Parts })
      expect((await client.read(`${prefix}parts`)).equals(Buffer.concat(parts))).toBe(true)
    })

    test('restores an archived object, once at a time', async () => {
      await put('cold', CONTENT, { StorageClass: 'ARCHIVE' })
      await refused('getObject', at('cold'), 403, 'InvalidObjectState')
      const params = {
        ...at('cold'),
        RestoreRequest: { Days: 1, CASJobParameters: { Tier: 'Expedited' } },
      }
      expect((await call('restoreObject', params)).statusCode).toBe(202)
      await refused('restoreObject', params, 409, 'RestoreAlreadyInProgress')
      const { headers } = await call('headObject', at('cold'))
      expect(headers['x-cos-restore']).toBe('ongoing-request="true"')
      await refused('restoreObject', { ...params, ...at('object') }, 405, 'RestoreNonArchiveObject')
    })

    test('stores an object with SSE-COS', async () => {
      const stored = await put('encrypted', CONTENT, { ServerSideEncryption: 'AES256' })
      expect(stored.headers['x-cos-server-side-encryption']).toBe('AES256')
      const { headers } = await call('headObject', at('encrypted'))
      expect(headers['x-cos-server-side-encryption']).toBe('AES256')
      expect((await client.read(`${prefix}encrypted`)).toString()).toBe(CONTENT)
    })

    describe('lists', () => {
      const KEYS = ['list/a', 'list/b/1', 'list/b/2', 'list/c 中', 'list/d+&']
      beforeAll(async () => {
        for (const key of KEYS) await put(key, 'x')
      })
      const listed = async (more: object) => {
        const { Contents, CommonPrefixes, ...rest } = await call('getBucket', {
          ...bucket,
          Prefix: `${prefix}list/`,
          ...more,
        })
        const cut = (text: string) => text.slice(`${prefix}list/`.length)
        return {
          ...rest,
          keys: (Contents as { Key: string }[]).map(({ Key }) => cut(Key)),
          folders: (CommonPrefixes as { Prefix: string }[]).map(({ Prefix }) => cut(Prefix)),
        }
      }

      test.each<[string, object, string[], string[], string]>([
        ['everything', {}, ['a', 'b/1', 'b/2', 'c 中', 'd+&'], [], 'false'],
        ['common prefixes', { Delimiter: '/' }, ['a', 'c 中', 'd+&'], ['b/'], 'false'],
        ['the first two', { MaxKeys: 2 }, ['a', 'b/1'], [], 'true'],
        ['a key and a common prefix', { Delimiter: '/', MaxKeys: 2 }, ['a'], ['b/'], 'true'],
      ])('returns %s', async (_, params, keys, folders, IsTruncated) => {
        expect(await listed(params)).toMatchObject({ keys, folders, IsTruncated })
      })

      test('continues after a marker', async () => {
        const { keys } = await listed({ Marker: `${prefix}list/b/2` })
        expect(keys).toEqual(['c 中', 'd+&'])
      })

      test('encodes keys with EncodingType url', async () => {
        const { Contents } = await call('getBucket', {
          ...bucket,
          Prefix: `${prefix}list/c`,
          EncodingType: 'url',
        })
        const [{ Key } = { Key: '' }] = Contents as { Key: string }[]
        expect(decodeURIComponent(Key)).toBe(`${prefix}list/c 中`)
        expect(Key).toContain('%E4%B8%AD')
      })

      test.each([
        ['MaxKeys', { MaxKeys: -1 }, 'InvalidArgument'],
        ['Delimiter', { Delimiter: 'ab' }, 'InvalidDelimiter'],
        ['EncodingType', { EncodingType: 'base64' }, 'InvalidArgument'],
      ])('refuses an invalid %s', (_, params, code) =>
        refused('getBucket', { ...bucket, ...params }, 400, code),
      )
    })

    const settings: [string, string, object][] = [
      [
        'Referer',
        'RefererConfiguration',
        {
          Status: 'Enabled',
          RefererType: 'White-List',
          DomainList: { Domains: ['*.a.com'] },
          EmptyReferConfiguration: 'Allow',
        },
      ],
      [
        'Encryption',
        'ServerSideEncryptionConfiguration',
        { Rule: [{ ApplySideEncryptionConfiguration: { SSEAlgorithm: 'AES256' } }] },
      ],
      [
        'Logging',
        'BucketLoggingStatus',
        { LoggingEnabled: { TargetBucket: BUCKET, TargetPrefix: 'log/' } },
      ],
      ['Accelerate', 'AccelerateConfiguration', { Status: 'Suspended' }],
      ['Versioning', 'VersioningConfiguration', { Status: 'Suspended' }],
    ]
    const supported = settings.filter(([kind]) => !without.includes(kind))
    test.each(supported)('stores the configuration %s', async (kind, param, value) => {
      const { statusCode } = await call(`putBucket${kind}`, { ...bucket, [param]: value })
      expect(statusCode).toBe(200)
      if (kind === 'Referer') {
        const off = {
          Status: 'Disabled',
          RefererType: 'White-List',
          DomainList: { Domains: ['*.a.com'] },
        }
        await call('putBucketReferer', { ...bucket, RefererConfiguration: off })
      }
    })
  })
}
