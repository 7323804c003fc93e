import { BUCKET, REGION } from '../../support/testCloud'
import type { OfficialClient } from './objectCases'

/** Versions, ACLs, tags and bucket settings, by the names both official clients share. */
export function describeSettings(
  name: string,
  connect: () => OfficialClient,
  prefix: string,
  /** A page needs the CORS rules that let it in. */
  { keepsCors = false } = {},
): void {
  const bucket = { Bucket: BUCKET, Region: REGION }
  const at = (key: string) => ({ ...bucket, Key: prefix + key })
  let client: OfficialClient
  const call = (method: string, params: object = bucket) =>
    client.call<Record<string, unknown> & { headers: Record<string, string> }>(method, params)
  const put = (key: string, text: string, more: object = {}) =>
    call('putObject', { ...at(key), Body: client.toBody(Buffer.from(text)), ...more })
  beforeAll(() => {
    client = connect()
  })

  describe(`${name}, unmodified: settings`, () => {
    test('tags objects and buckets, by header and by document', async () => {
      const Tags = [
        { Key: 'k1', Value: 'v 1' },
        { Key: '中', Value: 'a=b/c:d@e' },
      ]
      await put('tagged', 'x')
      expect((await call('getObjectTagging', at('tagged'))).Tags).toEqual([])
      await call('putObjectTagging', { ...at('tagged'), Tags })
      expect((await call('getObjectTagging', at('tagged'))).Tags).toEqual(Tags)
      await call('deleteObjectTagging', at('tagged'))
      expect((await call('getObjectTagging', at('tagged'))).Tags).toEqual([])
      await call('putBucketTagging', { ...bucket, Tags })
      expect((await call('getBucketTagging')).Tags).toEqual(Tags)
      await call('deleteBucketTagging')
      expect((await call('getBucketTagging')).Tags).toEqual([])
    })

    test('refuses more than ten tags on an object, and one key twice', async () => {
      await put('tagged', 'x')
      const many = Array.from({ length: 11 }, (_, i) => ({ Key: `k${i}`, Value: 'v' }))
      const twice = [many[0], many[0]]
      for (const Tags of [many, twice]) {
        await expect(call('putObjectTagging', { ...at('tagged'), Tags })).rejects.toMatchObject({
          error: { Code: 'InvalidTag' },
        })
      }
    })

    test('sets ACLs by name and by grants', async () => {
      await put('acl', 'x')
      await call('putObjectAcl', { ...at('acl'), ACL: 'public-read' })
      expect((await call('getObjectAcl', at('acl'))).ACL).toBe('public-read')
      await call('putObjectAcl', { ...at('acl'), GrantRead: 'id="1001",id="1002"' })
      expect((await call('getObjectAcl', at('acl'))).GrantRead).toBe(
        'id="qcs::cam::uin/1001:uin/1001",id="qcs::cam::uin/1002:uin/1002"',
      )
      await call('putBucketAcl', { ...bucket, ACL: 'public-read' })
      expect((await call('getBucketAcl')).ACL).toBe('public-read')
      await call('putBucketAcl', { ...bucket, ACL: 'private' })
      expect((await call('getBucketAcl')).ACL).toBe('private')
    })

    test.each<[string, object, string, unknown, unknown]>([
      [
        'Cors',
        {
          CORSRules: [
            {
              AllowedOrigins: ['*'],
              AllowedMethods: ['GET'],
              AllowedHeaders: ['*'],
              ExposeHeaders: ['ETag'],
              MaxAgeSeconds: '5',
            },
          ],
        },
        'CORSRules',
        [
          {
            AllowedOrigins: ['*'],
            AllowedMethods: ['GET'],
            AllowedHeaders: ['*'],
            ExposeHeaders: ['ETag'],
            MaxAgeSeconds: '5',
          },
        ],
        [],
      ],
      [
        'Lifecycle',
        {
          Rules: [
            { ID: '1', Status: 'Enabled', Filter: { Prefix: 'a/' }, Expiration: { Days: '30' } },
          ],
        },
        'Rules',
        [{ ID: '1', Status: 'Enabled', Filter: { Prefix: 'a/' }, Expiration: { Days: '30' } }],
        [],
      ],
      [
        'Website',
        { WebsiteConfiguration: { IndexDocument: { Suffix: 'index.html' } } },
        'WebsiteConfiguration',
        { IndexDocument: { Suffix: 'index.html' } },
        {},
      ],
      [
        'Origin',
        { OriginRule: [{ OriginType: 'Mirror', OriginCondition: { Prefix: 'a' } }] },
        'OriginRule',
        [{ OriginType: 'Mirror', OriginCondition: { Prefix: 'a' } }],
        undefined,
      ],
    ])('stores, returns and deletes %s', async (kind, params, field, expected, absent) => {
      if (keepsCors && kind === 'Cors') {
        expect(((await call('getBucketCors')).CORSRules as unknown[]).length).toBe(1)
        return
      }
      await call(`putBucket${kind}`, { ...bucket, ...params })
      expect((await call(`getBucket${kind}`))[field]).toEqual(expected)
      await call(`deleteBucket${kind}`)
      const gone = call(`getBucket${kind}`)
      if (absent === undefined) await expect(gone).rejects.toMatchObject({ statusCode: 404 })
      else expect((await gone)[field]).toEqual(absent)
    })

    test('stores a bucket policy, and returns it with Statement at the top level', async () => {
      const statement = [
        {
          effect: 'allow',
          principal: { qcs: ['qcs::cam::anyone:anyone'] },
          action: ['name/cos:GetObject'],
          resource: [`qcs::cos:${REGION}:uid/1250000000:${BUCKET}/${prefix}open/*`],
        },
      ]
      await call('putBucketPolicy', { ...bucket, Policy: { version: '2.0', statement } })
      expect((await call('getBucketPolicy')).Policy).toEqual({
        Statement: statement,
        version: '2.0',
      })
      await call('deleteBucketPolicy')
      await expect(call('getBucketPolicy')).rejects.toBeDefined()
    })

    test('returns the region, acceleration and logging', async () => {
      expect((await call('getBucketLocation')).LocationConstraint).toBe(REGION)
      await call('putBucketAccelerate', {
        ...bucket,
        AccelerateConfiguration: { Status: 'Enabled' },
      })
      expect((await call('getBucketAccelerate')).AccelerateConfiguration).toEqual({
        Status: 'Enabled',
      })
      await call('putBucketAccelerate', {
        ...bucket,
        AccelerateConfiguration: { Status: 'Suspended' },
      })
      expect((await call('getBucketLogging')).BucketLoggingStatus).toBe('')
    })

    test('appends at the end of an object only', async () => {
      const append = (Position: number, text: string, key = 'log') =>
        call('appendObject', { ...at(key), Position, Body: text })
      const first = await append(0, 'one ')
      expect(first.headers['x-cos-next-append-position']).toBe('4')
      await append(4, 'two')
      expect((await client.read(`${prefix}log`)).toString()).toBe('one two')
      await expect(append(3, 'x')).rejects.toMatchObject({ error: { Code: 'AppendPositionErr' } })
      await put('plain', 'x')
      await expect(append(1, 'x', 'plain')).rejects.toMatchObject({
        error: { Code: 'ObjectNotAppendable' },
      })
    })

    test('keeps versions while versioning is enabled, and one null version while it is suspended', async () => {
      await put('v', 'before')
      const set = (Status: string) =>
        call('putBucketVersioning', { ...bucket, VersioningConfiguration: { Status } })
      await set('Enabled')
      try {
        const one = (await put('v', 'one')).headers['x-cos-version-id'] as string
        const two = (await put('v', 'two')).headers['x-cos-version-id'] as string
        expect(new Set([one, two]).size).toBe(2)
        const read = async (VersionId?: string) => {
          const { headers } = await call('headObject', {
            ...at('v'),
            ...(VersionId ? { VersionId } : {}),
          })
          return headers['x-cos-version-id'] ?? headers['content-length']
        }
        expect(await read()).toBe(two)
        expect(await read(one)).toBe(one)
        const deleted = await call('deleteObject', at('v'))
        expect(deleted.headers['x-cos-delete-marker']).toBe('true')
        await expect(call('headObject', at('v'))).rejects.toMatchObject({ statusCode: 404 })
        const listed = await call('listObjectVersions', { ...bucket, Prefix: `${prefix}v` })
        expect(
          (listed.Versions as { VersionId: string }[]).map(({ VersionId }) => VersionId),
        ).toEqual([two, one, 'null'])
        expect(
          (listed.DeleteMarkers as { IsLatest: string }[]).map(({ IsLatest }) => IsLatest),
        ).toEqual(['true'])
        const marker = (listed.DeleteMarkers as { VersionId: string }[])[0]?.VersionId
        await call('deleteObject', { ...at('v'), VersionId: marker })
        expect(await read()).toBe(two)
        await call('deleteObject', { ...at('v'), VersionId: two })
        expect(await read()).toBe(one)
        await set('Suspended')
        expect((await put('v', 'nameless')).headers['x-cos-version-id']).toBeUndefined()
        const now = await call('listObjectVersions', { ...bucket, Prefix: `${prefix}v` })
        expect((now.Versions as { VersionId: string }[]).map(({ VersionId }) => VersionId)).toEqual(
          ['null', one],
        )
        expect((await client.read(`${prefix}v`)).toString()).toBe('nameless')
      } finally {
        await set('Suspended')
      }
    })
  })
}
