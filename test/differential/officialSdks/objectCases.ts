import { createHash, randomBytes } from 'node:crypto'
import { MIB } from '../../support/fakePhone'
import { BUCKET, HOST, REGION } from '../../support/testCloud'

/** The common surface of the official clients, under their own method and parameter names. */
export interface OfficialClient {
  call: <Result>(method: string, params: object) => Promise<Result>
  /** Bytes as this client takes and gives them. */
  toBody: (bytes: Buffer) => unknown
  read: (key: string) => Promise<Buffer>
}

const KEYS = [
  'plain.txt',
  'a b+c%d.txt',
  '目录/文件 1.txt',
  '😀/é.txt',
  "it's (odd)!*.txt",
  'q?x=1&y#z.txt',
]

/** Object operations, run with each official client; `prefix` keeps their objects apart. */
export function describeContract(
  name: string,
  connect: () => OfficialClient,
  prefix: string,
): void {
  const at = (Key: string) => ({ Bucket: BUCKET, Region: REGION, Key: prefix + Key })
  const bucket = { Bucket: BUCKET, Region: REGION }
  let client: OfficialClient
  beforeAll(() => {
    client = connect()
  })

  describe(`${name}, unmodified`, () => {
    test.each(KEYS)('puts, heads, gets and deletes the key %s', async (key) => {
      const bytes = randomBytes(1000)
      const put = await client.call<{ ETag: string; Location: string }>('putObject', {
        ...at(key),
        Body: client.toBody(bytes),
        'x-cos-meta-mark': 'yes',
      })
      expect(put.ETag).toBe(`"${createHash('md5').update(bytes).digest('hex')}"`)
      const head = await client.call<{ headers: Record<string, string> }>('headObject', at(key))
      expect(head.headers).toMatchObject({ 'content-length': '1000', 'x-cos-meta-mark': 'yes' })
      expect(await client.read(prefix + key)).toEqual(bytes)
      await client.call('deleteObject', at(key))
      await expect(client.call('headObject', at(key))).rejects.toMatchObject({ statusCode: 404 })
    })

    test('reads an error of COS', async () => {
      await expect(client.call('getObject', at('nothing'))).rejects.toMatchObject({
        statusCode: 404,
        error: { Code: 'NoSuchKey', RequestId: expect.any(String) },
      })
    })

    test('lists with prefix, delimiter and marker, page by page', async () => {
      const names = ['l/1', 'l/2', 'l/dir/a', 'l/dir/b', 'l/z', 'l/中']
      for (const key of names)
        await client.call('putObject', { ...at(key), Body: client.toBody(Buffer.from('x')) })
      type Page = {
        Contents: { Key: string; Size: string }[]
        CommonPrefixes: { Prefix: string }[]
        IsTruncated: string
        NextMarker?: string
      }
      const seen: string[] = []
      let Marker: string | undefined
      for (let page = 0; page < 10; page++) {
        const listed: Page = await client.call<Page>('getBucket', {
          ...bucket,
          Prefix: `${prefix}l/`,
          Delimiter: '/',
          MaxKeys: 2,
          ...(Marker ? { Marker } : {}),
        })
        seen.push(
          ...listed.Contents.map(({ Key }) => Key.slice(prefix.length)),
          ...listed.CommonPrefixes.map(({ Prefix }) => Prefix.slice(prefix.length)),
        )
        if (listed.IsTruncated !== 'true') break
        Marker = listed.NextMarker
      }
      expect(seen.sort()).toEqual(['l/1', 'l/2', 'l/dir/', 'l/z', 'l/中'])
    })

    test('copies an object and keeps or replaces its metadata', async () => {
      await client.call('putObject', {
        ...at('source 1.txt'),
        Body: client.toBody(Buffer.from('copied')),
        'x-cos-meta-kept': 'yes',
      })
      const CopySource = `${HOST}/${encodeURIComponent(`${prefix}source 1.txt`).replace(/%2F/g, '/')}`
      await client.call('putObjectCopy', { ...at('copy.txt'), CopySource })
      expect((await client.read(`${prefix}copy.txt`)).toString()).toBe('copied')
      const kept = await client.call<{ headers: Record<string, string> }>(
        'headObject',
        at('copy.txt'),
      )
      expect(kept.headers['x-cos-meta-kept']).toBe('yes')
      await client.call('putObjectCopy', {
        ...at('copy.txt'),
        CopySource,
        MetadataDirective: 'Replaced',
        'x-cos-meta-new': 'yes',
      })
      const replaced = await client.call<{ headers: Record<string, string> }>(
        'headObject',
        at('copy.txt'),
      )
      expect(replaced.headers['x-cos-meta-kept']).toBeUndefined()
      expect(replaced.headers['x-cos-meta-new']).toBe('yes')
    })

    test('uploads in parts, lists them, completes, and aborts another', async () => {
      const whole = randomBytes(2 * MIB + 777)
      const { UploadId } = await client.call<{ UploadId: string }>('multipartInit', at('parts.bin'))
      const Parts: { PartNumber: number; ETag: string }[] = []
      for (let i = 0; i < 3; i++) {
        const bytes = whole.subarray(i * MIB, (i + 1) * MIB)
        const { ETag } = await client.call<{ ETag: string }>('multipartUpload', {
          ...at('parts.bin'),
          UploadId,
          PartNumber: i + 1,
          Body: client.toBody(bytes),
        })
        Parts.push({ PartNumber: i + 1, ETag })
      }
      const listed = await client.call<{ Part: { PartNumber: string; Size: string }[] }>(
        'multipartListPart',
        { ...at('parts.bin'), UploadId },
      )
      expect(listed.Part.map(({ Size }) => Number(Size))).toEqual([MIB, MIB, 777])
      const open = await client.call<{ Upload: { UploadId: string }[] }>('multipartList', {
        ...bucket,
        Prefix: `${prefix}parts`,
      })
      expect(open.Upload.map((one) => one.UploadId)).toEqual([UploadId])
      const done = await client.call<{ ETag: string }>('multipartComplete', {
        ...at('parts.bin'),
        UploadId,
        Parts,
      })
      expect(done.ETag).toMatch(/^"[0-9a-f]{32}-3"$/)
      expect((await client.read(`${prefix}parts.bin`)).equals(whole)).toBe(true)
      const other = await client.call<{ UploadId: string }>('multipartInit', at('given up.bin'))
      await client.call('multipartAbort', { ...at('given up.bin'), UploadId: other.UploadId })
      await expect(
        client.call('multipartListPart', { ...at('given up.bin'), UploadId: other.UploadId }),
      ).rejects.toMatchObject({ error: { Code: 'NoSuchUpload' } })
    })

    test('deletes many objects at once', async () => {
      const keys = ['m/1', 'm/2 &<>', 'm/中']
      for (const key of keys)
        await client.call('putObject', { ...at(key), Body: client.toBody(Buffer.from('x')) })
      const deleted = await client.call<{ Deleted: { Key: string }[]; Error: unknown[] }>(
        'deleteMultipleObject',
        { ...bucket, Objects: keys.map((key) => ({ Key: prefix + key })) },
      )
      expect(deleted.Deleted.map(({ Key }) => Key)).toEqual(keys.map((key) => prefix + key))
      expect(deleted.Error).toEqual([])
    })
  })
}
