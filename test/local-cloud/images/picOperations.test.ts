import { createHash } from 'node:crypto'
import COS from 'cos-nodejs-sdk-v5'
import sharp from 'sharp'
import { errorOf, send, signByOfficialSdk, signedRequests } from '../../support/cosRequests'
import { sendWithKey } from '../../support/functionCalls'
import { BUCKET, HOST, REGION, ROOT_KEY, temporaryKey, useTestCloud } from '../../support/testCloud'
import { noise, OTHER, plain, TWO_BUCKETS, temporarySigner } from './fixtures'

describe('Pic-Operations', () => {
  const cloud = useTestCloud(TWO_BUCKETS)
  let jpeg: Buffer
  beforeAll(async () => {
    jpeg = await plain(640, 427, '#a08454').jpeg({ quality: 100 }).toBuffer()
  })
  beforeEach(() => cloud.reset())

  const signed = signedRequests(() => cloud)
  const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex')
  const operations = (value: object) => ({ 'Pic-Operations': JSON.stringify(value) })
  const RULE = { fileid: 'test.jpg', rule: 'imageView2/format/png' }

  test('PUT returns the documented example’s response, and stores the result', async () => {
    const answer = await signed('PUT', 'filename.jpg', {
      body: jpeg,
      headers: operations({ is_pic_info: 1, rules: [RULE] }),
    })
    expect(answer.status).toBe(200)
    expect(answer.headers).toMatchObject({
      'content-type': 'application/xml',
      etag: `"${md5(jpeg)}"`,
    })
    const stored = await signed('GET', 'test.jpg')
    expect(stored.headers['content-type']).toBe('image/png')
    expect((await sharp(stored.bytes).metadata()).format).toBe('png')
    expect(answer.body.replace(/^<\?xml[^>]*>\s*/, '')).toBe(
      `<UploadResult><OriginalInfo><Key>filename.jpg</Key><Location>${HOST}/filename.jpg</Location><ETag>&quot;${md5(jpeg)}&quot;</ETag><ImageInfo><Format>JPEG</Format><Width>640</Width><Height>427</Height><Quality>100</Quality><Ave>0xa08454</Ave><Orientation>1</Orientation></ImageInfo></OriginalInfo><ProcessResults><Object><Key>test.jpg</Key><Location>${HOST}/test.jpg</Location><Format>png</Format><Width>640</Width><Height>427</Height><Size>${stored.bytes.length}</Size><Quality>100</Quality><ETag>&quot;${md5(stored.bytes)}&quot;</ETag></Object></ProcessResults></UploadResult>`,
    )
    expect((await signed('GET', 'filename.jpg')).bytes.equals(jpeg)).toBe(true)
  })

  test('fileid is relative to the folder of the original, or absolute with a slash; five rules are applied', async () => {
    const rules = ['b.jpg', 'c/b.jpg', '/d/b.jpg', '/e.jpg', 'f.jpg'].map((fileid, i) => ({
      fileid,
      rule: `imageMogr2/thumbnail/${(i + 1) * 10}x`,
    }))
    const answer = await signed('PUT', 'a/a.jpg', { body: jpeg, headers: operations({ rules }) })
    expect(answer.body).not.toContain('<ImageInfo>')
    for (const [i, key] of ['a/b.jpg', 'a/c/b.jpg', 'd/b.jpg', 'e.jpg', 'a/f.jpg'].entries()) {
      const { bytes } = await signed('GET', key)
      expect((await sharp(bytes).metadata()).width).toBe((i + 1) * 10)
    }
  })

  test('a result can replace the original, which then has the ETag of the result', async () => {
    const answer = await signed('PUT', 'a.jpg', {
      body: jpeg,
      headers: operations({ rules: [{ fileid: 'a.jpg', rule: 'imageMogr2/thumbnail/64x' }] }),
    })
    const { bytes } = await signed('GET', 'a.jpg')
    expect((await sharp(bytes).metadata()).width).toBe(64)
    expect(/<OriginalInfo>.*?<ETag>&quot;(\w+)&quot;/.exec(answer.body)?.[1]).toBe(md5(bytes))
  })

  test('a result may go to another bucket', async () => {
    const rule = { ...RULE, bucket: OTHER }
    const answer = await signed('PUT', 'a.jpg', {
      body: jpeg,
      headers: operations({ rules: [rule] }),
    })
    expect(answer.body).toContain(
      `<Location>${OTHER}.cos.${REGION}.myqcloud.com/test.jpg</Location>`,
    )
    const host = HOST.replace(BUCKET, OTHER)
    expect((await signed('GET', 'test.jpg', { host })).status).toBe(200)
    expect((await signed('GET', 'test.jpg')).status).toBe(404)
    const missing = { ...RULE, bucket: 'missing-1250000000' }
    const refused = await signed('PUT', 'b.jpg', {
      body: jpeg,
      headers: operations({ rules: [missing] }),
    })
    expect(errorOf(refused).code).toBe('NoSuchBucket')
  })

  test('a rule may be a style of the bucket', async () => {
    const body =
      '<AddStyle><StyleName>tiny</StyleName><StyleBody>imageMogr2/thumbnail/8x</StyleBody></AddStyle>'
    await signed('PUT', '', { query: { style: '' }, body })
    const rules = [{ fileid: 'tiny.jpg', rule: 'style/tiny' }]
    await signed('PUT', 'a.jpg', { body: jpeg, headers: operations({ rules }) })
    const { bytes } = await signed('GET', 'tiny.jpg')
    expect((await sharp(bytes).metadata()).width).toBe(8)
  })

  test.each<[string, string]>([
    ['no JSON', '{'],
    ['a rule without parameters', '{"rules":[{"fileid":"b.jpg"}]}'],
  ])('%s is InvalidPicOperations, and nothing is stored', async (_, text) => {
    const answer = await signed('PUT', 'a.jpg', { body: jpeg, headers: { 'Pic-Operations': text } })
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'InvalidPicOperations'])
    expect((await signed('GET', 'a.jpg')).status).toBe(404)
  })

  test('a file that is not an image is stored without any result', async () => {
    const rules = [RULE, { fileid: '/c.jpg', rule: 'imageMogr2/thumbnail/9x' }]
    const answer = await signed('PUT', 'a.txt', { body: 'text', headers: operations({ rules }) })
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'InvalidImageFormat'])
    expect((await signed('GET', 'a.txt')).body).toBe('text')
    expect((await signed('GET', 'test.jpg')).status).toBe(404)
  })

  test('either all results are stored or none', async () => {
    const rules = [RULE, { fileid: 'c.jpg', rule: 'imageMogr2/cut/5x5x9000x0' }]
    const answer = await signed('PUT', 'a.jpg', { body: jpeg, headers: operations({ rules }) })
    expect(errorOf(answer).code).toBe('InvalidArgument')
    expect((await signed('GET', 'test.jpg')).status).toBe(404)
  })

  test('every result requires PutObject on its key', async () => {
    const { key, headers } = await temporarySigner(cloud, ['PutObject'], 'alice/*')
    const put = (fileid: string) =>
      signed('PUT', 'alice/a.jpg', {
        body: jpeg,
        key,
        headers: { ...headers, ...operations({ rules: [{ ...RULE, fileid }] }) },
      })
    const refused = await put('/bob/b.jpg')
    expect([refused.status, errorOf(refused).code]).toEqual([403, 'AccessDenied'])
    expect((await signed('GET', 'alice/a.jpg')).status).toBe(404)
    expect((await put('b.jpg')).status).toBe(200)
    expect((await signed('GET', 'alice/b.jpg')).status).toBe(200)
  })

  test('completing a multipart upload processes the whole object', async () => {
    const cos = new COS({ ...ROOT_KEY, Protocol: 'http:', Proxy: cloud.cos })
    const at = { Bucket: BUCKET, Region: REGION, Key: 'large.jpg' }
    const body = await noise(1600, 1200).jpeg({ quality: 100 }).toBuffer()
    const { UploadId } = await cos.multipartInit(at)
    const size = 1024 * 1024
    const Parts: { PartNumber: number; ETag: string }[] = []
    for (let from = 0; from < body.length; from += size) {
      const PartNumber = Parts.length + 1
      const part = { ...at, UploadId, PartNumber, Body: body.subarray(from, from + size) }
      Parts.push({ PartNumber, ETag: (await cos.multipartUpload(part)).ETag })
    }
    expect(Parts.length).toBeGreaterThan(1)
    await cos.multipartComplete({
      ...at,
      UploadId,
      Parts,
      Headers: operations({
        is_pic_info: 1,
        rules: [{ fileid: 's.jpg', rule: 'imageMogr2/thumbnail/160x' }],
      }),
    })
    const { bytes } = await signed('GET', 's.jpg')
    expect((await sharp(bytes).metadata()).width).toBe(160)
  })

  test('a form with the field Pic-Operations is processed', async () => {
    const Authorization = COS.getAuthorization({ ...ROOT_KEY, Method: 'POST', Key: '' })
    const boundary = 'test-boundary'
    const fields = {
      key: 'form/a.jpg',
      Signature: Authorization,
      ...operations({ rules: [{ fileid: 'b.jpg', rule: 'imageMogr2/thumbnail/32x' }] }),
    }
    const head = Object.entries(fields)
      .map(
        ([name, value]) =>
          `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
      )
      .join('')
    const file = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`
    const answer = await send(cloud.cos, {
      method: 'POST',
      headers: { 'Content-Type': `multipart/form-data; boundary=${boundary}` },
      body: Buffer.concat([Buffer.from(head + file), jpeg, Buffer.from(`\r\n--${boundary}--\r\n`)]),
    })
    expect([answer.status, answer.headers.etag]).toEqual([200, `"${md5(jpeg)}"`])
    expect(answer.body).toContain('<Key>form/b.jpg</Key>')
    const { bytes } = await signed('GET', 'form/b.jpg')
    expect((await sharp(bytes).metadata()).width).toBe(32)
  })

  describe('POST ?image_process', () => {
    const process = (
      name: string,
      value: object,
      { key, headers }: Partial<Awaited<ReturnType<typeof temporarySigner>>> = {},
    ) =>
      signed('POST', name, {
        query: { image_process: '' },
        headers: { ...operations(value), ...headers, 'Content-Length': 0 },
        ...(key ? { key } : {}),
      })

    test('processes an object that is already stored', async () => {
      await signed('PUT', 'a.jpg', { body: jpeg })
      const answer = await process('a.jpg', { is_pic_info: 1, rules: [RULE] })
      expect(answer.status).toBe(200)
      expect(answer.body).toContain('<Format>JPEG</Format>')
      expect((await signed('GET', 'test.jpg')).headers['content-type']).toBe('image/png')
      expect(errorOf(await process('missing.jpg', { rules: [RULE] })).code).toBe('NoSuchKey')
    })

    test('requires GetObject on the original and PutObject on the results', async () => {
      await signed('PUT', 'alice/a.jpg', { body: jpeg })
      for (const [action, status] of [
        [['GetObject'], 403],
        [['PutObject'], 403],
        [['GetObject', 'PutObject'], 200],
      ] as const) {
        const signer = await temporarySigner(cloud, [...action], 'alice/*')
        const answer = await process('alice/a.jpg', { rules: [RULE] }, signer)
        expect(answer.status).toBe(status)
      }
    })
  })

  test('refuses Pic-Operations on an operation that does not process images', async () => {
    const answer = await signed('POST', 'a.jpg', {
      query: { uploads: '' },
      headers: operations({ rules: [RULE] }),
    })
    expect(answer.status).toBe(501)
  })
})

describe('permissions', () => {
  const cloud = useTestCloud()
  beforeEach(() => cloud.reset())

  const signed = signedRequests(() => cloud)
  const operations = (fileid: string, rule: string) => ({
    'Pic-Operations': JSON.stringify({ rules: [{ fileid, rule }] }),
  })

  describe('conditions of the key apply to what processing stores', () => {
    const KINDS = [
      ['type', 'imageMogr2/format/jpg'],
      ['size', 'imageMogr2/thumbnail/200x/format/png'],
    ] as const

    test.each(KINDS)('%s', async (_, rule) => {
      const { tmpSecretId, tmpSecretKey, sessionToken } = await temporaryKey(cloud, [
        {
          action: ['PutObject'],
          path: 'in/*',
          condition: {
            string_equal: { 'cos:content-type': ['image/png'] },
            numeric_less_than_equal: { 'cos:content-length': 20_000 },
          },
        },
      ])
      const put = async (key: string, headers: Record<string, string>) =>
        sendWithKey(
          cloud,
          { credentials: { tmpSecretId, tmpSecretKey, sessionToken } },
          {
            method: 'PUT',
            key,
            headers: { 'Content-Type': 'image/png', ...headers },
            body: (await noise(60, 60).png().toBuffer()) as unknown as string,
          },
        )
      expect(errorOf(await put('in/1.png', operations('2', rule))).code).toBe('AccessDenied')
      expect((await signed('HEAD', 'in/2')).status).toBe(404)
      const small = operations('2', 'imageMogr2/thumbnail/20x')
      expect((await put('in/1.png', small)).status).toBe(200)
      expect((await signed('HEAD', 'in/2')).headers['content-type']).toBe('image/png')
    })
  })

  describe('in a bucket with versions', () => {
    /** Two versions of an object: the first public and red, the second private and blue. @returns the first's id */
    async function putVersions(key: string): Promise<string> {
      const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
      await signed('PUT', '', { query: { versioning: '' }, body })
      const first = await signed('PUT', key, {
        body: await plain(10, 10, '#ff0000').png().toBuffer(),
        headers: { 'x-cos-acl': 'public-read' },
      })
      await signed('PUT', key, { body: await plain(10, 10, '#0000ff').png().toBuffer() })
      return first.headers['x-cos-version-id'] as string
    }

    const colorOf = async (bytes: Buffer) => {
      const { data } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
      return [...data.subarray(0, 3)]
    }

    test('?image_process processes a version that the key may read', async () => {
      const versionId = await putVersions('bob/a.png')
      const { key, headers } = await temporarySigner(cloud, ['PutObject'], 'alice/*')
      const process = (query: Record<string, string>) =>
        signed('POST', 'bob/a.png', {
          query: { image_process: '', ...query },
          headers: { ...operations('/alice/1.png', 'imageMogr2/format/png'), ...headers },
          ...(key ? { key } : {}),
        })
      expect((await process({})).status).toBe(403)
      expect((await process({ versionId })).status).toBe(200)
      expect(await colorOf((await signed('GET', 'alice/1.png')).bytes)).toEqual([255, 0, 0])
    })

    test('a watermark is a version that its URL may read', async () => {
      const versionId = await putVersions('bob/a.png')
      await signed('PUT', 'alice/2.png', { body: await plain(10, 10, '#00ff00').png().toBuffer() })
      const watermark = async (search: string) => {
        const url = Buffer.from(`http://${HOST}/bob/a.png${search}`).toString('base64url')
        return signed('GET', 'alice/2.png', {
          query: { [`watermark/1/image/${url}/dissolve/100`]: '' },
        })
      }
      expect((await watermark('')).status).not.toBe(200)
      const { status, bytes } = await watermark(`?versionId=${versionId}`)
      expect(status).toBe(200)
      expect(await colorOf(bytes)).toEqual([255, 0, 0])
    })
  })

  describe('strict signature mode', () => {
    const STRICT =
      '<StrictSignatureConfiguration><Rule><ID>1</ID><actionlist><action>*</action></actionlist><headerlist><header>Pic-Operations</header></headerlist><paramlist><param>all</param></paramlist></Rule></StrictSignatureConfiguration>'

    test.each(['a.png?image_process', '?style'])('applies to %s', async (path) => {
      await signed('PUT', 'a.png', { body: await plain(9, 9).png().toBuffer() })
      await signed('PUT', '', { query: { 'strict-signature': '' }, body: STRICT })
      const [key = ''] = path.split('?')
      const method = key ? 'POST' : 'GET'
      const headers = key ? operations('b.png', 'imageMogr2/format/png') : {}
      // The signature covers neither the parameter nor the header.
      const answer = await send(cloud.cos, {
        method,
        path: `/${path}`,
        headers: { Host: HOST, ...headers, Authorization: signByOfficialSdk({ method, key }) },
      })
      expect([answer.status, answer.body]).toEqual([
        403,
        expect.stringContaining('Strict signature missing'),
      ])
      const query = { [key ? 'image_process' : 'style']: '' }
      const covered = { Host: HOST, ...headers, ...(key ? { 'Content-Length': 0 } : {}) }
      expect((await signed(method, key, { query, headers: covered })).status).toBe(200)
    })
  })
})
