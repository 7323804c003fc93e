import COS from 'cos-nodejs-sdk-v5'
import sharp from 'sharp'
import { errorOf, type RawResponse, send, signedRequests } from '../../support/cosRequests'
import { BUCKET, HOST, REGION, ROOT_KEY, useTestCloud } from '../../support/testCloud'
import {
  base64,
  isNear,
  OTHER,
  pixelAt,
  plain,
  quarters,
  TWO_BUCKETS,
  temporarySigner,
} from './fixtures'

const cloud = useTestCloud(TWO_BUCKETS)
let image: Buffer
beforeAll(async () => {
  image = await quarters(400, 200)
})
beforeEach(async () => {
  await cloud.reset()
  await signed('PUT', 'photos/a.png', { body: image, headers: { 'Cache-Control': 'max-age=60' } })
})

const signed = signedRequests(() => cloud)
const THUMBNAIL = { 'imageMogr2/thumbnail/100x': '' }

async function sizeOf({ bytes }: RawResponse) {
  const { width, height } = await sharp(bytes).metadata()
  return [width, height]
}

describe('a GET with processing parameters', () => {
  test('returns the result with its type, length and digest, and the headers of the object', async () => {
    const original = await signed('GET', 'photos/a.png')
    const answer = await signed('GET', 'photos/a.png', {
      query: { 'imageMogr2/thumbnail/100x/format/webp': '' },
    })
    expect(answer.status).toBe(200)
    expect(await sizeOf(answer)).toEqual([100, 50])
    expect(answer.headers).toMatchObject({
      'content-type': 'image/webp',
      'content-length': String(answer.bytes.length),
      'cache-control': 'max-age=60',
      'last-modified': original.headers['last-modified'],
    })
    expect(answer.headers.etag).not.toBe(original.headers.etag)
    expect(answer.headers['x-cos-hash-crc64ecma']).not.toBe(
      original.headers['x-cos-hash-crc64ecma'],
    )
  })

  test('imageInfo returns JSON', async () => {
    const answer = await signed('GET', 'photos/a.png', { query: { imageInfo: '' } })
    expect(answer.headers['content-type']).toBe('application/json')
    expect(JSON.parse(answer.body)).toMatchObject({ format: 'png', width: '400', height: '200' })
  })

  test('applies Range and conditions to the result', async () => {
    const whole = await signed('GET', 'photos/a.png', { query: THUMBNAIL })
    const range = await signed('GET', 'photos/a.png', {
      query: THUMBNAIL,
      headers: { Range: 'bytes=0-9' },
    })
    expect(range.status).toBe(206)
    expect(range.bytes).toEqual(whole.bytes.subarray(0, 10))
    expect(range.headers['content-range']).toBe(`bytes 0-9/${whole.bytes.length}`)
    const etag = whole.headers.etag as string
    const get = (headers: Record<string, string>) =>
      signed('GET', 'photos/a.png', { query: THUMBNAIL, headers })
    expect((await get({ 'If-None-Match': etag })).status).toBe(304)
    expect((await get({ 'If-Match': etag })).status).toBe(200)
    expect((await get({ 'If-Match': '"other"' })).status).toBe(412)
    expect(
      (await get({ 'If-Modified-Since': whole.headers['last-modified'] as string })).status,
    ).toBe(304)
  })

  test('the response headers of a signed request replace those of the result', async () => {
    const answer = await signed('GET', 'photos/a.png', {
      query: { ...THUMBNAIL, 'response-content-disposition': 'attachment' },
    })
    expect(answer.headers['content-disposition']).toBe('attachment')
    expect(answer.headers['content-type']).toBe('image/png')
  })

  test('the original is not changed', async () => {
    await signed('GET', 'photos/a.png', { query: THUMBNAIL })
    expect((await signed('GET', 'photos/a.png')).bytes.equals(image)).toBe(true)
  })

  test('the official SDK reads a thumbnail', async () => {
    const cos = new COS({ ...ROOT_KEY, Protocol: 'http:', Proxy: cloud.cos })
    const { Body } = await cos.getObject({
      Bucket: BUCKET,
      Region: REGION,
      Key: 'photos/a.png',
      Query: { 'imageMogr2/thumbnail/!50p': '' },
    })
    expect((await sharp(Body).metadata()).width).toBe(200)
  })

  test('ignore-error/1 returns the original if it cannot be processed', async () => {
    await signed('PUT', 'notes.txt', { body: 'text' })
    const refused = await signed('GET', 'notes.txt', { query: THUMBNAIL })
    expect(refused.status).toBe(400)
    expect(errorOf(refused).code).toBe('InvalidImageFormat')
    expect(refused.headers['x-errno']).toBe('-441')
    const ignored = await signed('GET', 'notes.txt', {
      query: { 'imageMogr2/thumbnail/100x/ignore-error/1': '' },
    })
    expect([ignored.status, ignored.body]).toEqual([200, 'text'])
  })

  test('a missing object is NoSuchKey', async () => {
    const answer = await signed('GET', 'missing.png', { query: THUMBNAIL })
    expect(errorOf(answer).code).toBe('NoSuchKey')
  })

  test('an invalid parameter is InvalidArgument', async () => {
    const bad = await signed('GET', 'photos/a.png', { query: { 'imageMogr2/rotate/400': '' } })
    expect([bad.status, errorOf(bad).code]).toEqual([400, 'InvalidArgument'])
  })

  test('another ci-process is NotImplemented, and the message names it', async () => {
    const process = 'sensitive-content-recognition'
    const answer = await signed('GET', 'photos/a.png', { query: { 'ci-process': process } })
    const { code, message } = errorOf(answer)
    expect([answer.status, code]).toEqual([501, 'NotImplemented'])
    expect(message).toBe(`The local COS does not imitate GET object ?ci-process=${process}.`)
  })

  test('refuses an object larger than 32 MB without reading it', async () => {
    await signed('PUT', 'large.jpg', { body: Buffer.alloc(32 * 1024 * 1024 + 1, 0xff) })
    const answer = await signed('GET', 'large.jpg', { query: THUMBNAIL })
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'ImageTooLarge'])
  })
})

describe('signed URLs', () => {
  /** Path and query of a URL that Tencent's SDK signed. */
  function urlOf(query: Record<string, string>): Promise<string> {
    const cos = new COS({ ...ROOT_KEY, Protocol: 'http:' })
    return new Promise((resolve, reject) => {
      const given = {
        Bucket: BUCKET,
        Region: REGION,
        Key: 'photos/a.png',
        Sign: true,
        Query: query,
      }
      cos.getObjectUrl(given, (error, { Url }) => {
        if (error) reject(error)
        else resolve(Url.slice(Url.indexOf('/photos')))
      })
    })
  }

  test('sign the parameters: changing or removing them invalidates the signature', async () => {
    const path = await urlOf({ 'imageMogr2/thumbnail/100x': '' })
    expect(path).toContain('q-url-param-list=imagemogr2%252fthumbnail%252f100x')
    const answer = await send(cloud.cos, { path })
    expect(await sizeOf(answer)).toEqual([100, 50])
    const larger = await send(cloud.cos, { path: path.replace(/%2F100x|\/100x/g, '%2F300x') })
    expect(larger.status).toBe(403)
    const original = await send(cloud.cos, { path: path.replace(/&imageMogr2[^&]*/, '') })
    expect(errorOf(original).code).toBe('SignatureDoesNotMatch')
  })

  test('accept unsigned parameters, as documented', async () => {
    const path = `${await urlOf({})}&imageMogr2/thumbnail/!50px`
    expect(await sizeOf(await send(cloud.cos, { path }))).toEqual([200, 200])
  })
})

describe('access', () => {
  const anonymous = (path: string) => send(cloud.cos, { path })

  test('requires GetObject on the original', async () => {
    expect((await anonymous('/photos/a.png?imageMogr2/thumbnail/100x')).status).toBe(403)
    expect((await anonymous('/photos/a.png?imageInfo')).status).toBe(403)
    const writer = await temporarySigner(cloud, ['PutObject'], 'photos/*')
    const asWriter = await signed('GET', 'photos/a.png', { query: THUMBNAIL, ...writer })
    expect(asWriter.status).toBe(403)
    const reader = await temporarySigner(cloud, ['GetObject'], 'photos/*')
    const asReader = await signed('GET', 'photos/a.png', { query: THUMBNAIL, ...reader })
    expect(asReader.status).toBe(200)
  })

  test('a public object is processed for everyone', async () => {
    await signed('PUT', 'photos/a.png', { body: image, headers: { 'x-cos-acl': 'public-read' } })
    const answer = await anonymous('/photos/a.png?imageView2/1/w/50/h/50')
    expect(await sizeOf(answer)).toEqual([50, 50])
  })
})

describe('image watermarks', () => {
  const marked = (url: string) =>
    signed('GET', 'photos/a.png', {
      query: {
        [`watermark/1/image/${base64(url)}/gravity/northwest/dissolve/100`]: '',
      },
    })
  beforeEach(async () => {
    const mark = await plain(20, 20, '#0000ff').png().toBuffer()
    await signed('PUT', 'private.png', { body: mark })
    await signed('PUT', 'public.png', { body: mark, headers: { 'x-cos-acl': 'public-read' } })
  })

  test('are read from the same bucket if the URL grants access', async () => {
    const open = await marked(`http://${HOST}/public.png`)
    expect(isNear(await pixelAt(open.bytes, 10, 10), '#0000ff')).toBe(true)
    const closed = await marked(`http://${HOST}/private.png`)
    expect([closed.status, errorOf(closed).code]).toEqual([400, 'InvalidImageSource'])
    const signature = COS.getAuthorization({ ...ROOT_KEY, Method: 'GET', Key: 'private.png' })
    const presigned = await marked(`http://${HOST}/private.png?${signature}`)
    expect(isNear(await pixelAt(presigned.bytes, 10, 10), '#0000ff')).toBe(true)
  })

  test.each([
    `https://${HOST}/public.png`,
    `http://${HOST.replace(BUCKET, OTHER)}/public.png`,
    'http://127.0.0.1:1/public.png',
    'http://example.com/public.png',
    `http://${HOST}/missing.png`,
    `http://${HOST}/%zz`,
    'public.png',
  ])('are not read from %s', async (url) => {
    const answer = await marked(url)
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'InvalidImageSource'])
  })

  test('accepts Base64 with padding in the URL', async () => {
    await signed('PUT', 'photos/a.png', { body: image, headers: { 'x-cos-acl': 'public-read' } })
    for (const text of ['YWI=', 'YWI', 'YWI%3D']) {
      const path = `/photos/a.png?watermark/2/text/${text}/gravity/center`
      expect((await send(cloud.cos, { path })).status).toBe(200)
    }
  })
})

describe('styles', () => {
  const PIC = HOST.replace('.cos.', '.pic.')
  const style = (method: string, body?: string, host = PIC) =>
    signed(method, '', {
      query: { style: '' },
      host,
      ...(body === undefined
        ? {}
        : { body, headers: { 'Content-Length': Buffer.byteLength(body) } }),
    })
  const add = (name: string, parameters: string) =>
    style(
      'PUT',
      `<AddStyle><StyleName>${name}</StyleName><StyleBody>${parameters}</StyleBody></AddStyle>`,
    )

  test('are added, listed, used and deleted', async () => {
    expect((await add('small', 'imageMogr2/thumbnail/!50px')).status).toBe(200)
    const { body } = await style('GET')
    expect(body).toContain(
      '<StyleList><StyleRule><StyleName>small</StyleName><StyleBody>imageMogr2/thumbnail/!50px</StyleBody></StyleRule></StyleList>',
    )
    const used = await signed('GET', 'photos/a.png', { query: { 'style/small': '' } })
    expect(await sizeOf(used)).toEqual([200, 200])
    for (const separator of ['!', '-', '_', '/']) {
      const separated = await signed('GET', `photos/a.png${separator}small`)
      expect(await sizeOf(separated)).toEqual([200, 200])
    }
    await style('DELETE', '<DeleteStyle><StyleName>small</StyleName></DeleteStyle>')
    const gone = await signed('GET', 'photos/a.png', { query: { 'style/small': '' } })
    expect([gone.status, gone.headers['x-errno']]).toEqual([400, '-105'])
    expect(errorOf(await signed('GET', 'photos/a.png!small')).code).toBe('NoSuchKey')
  })

  test('a style name can contain separators', async () => {
    await add('small-1_a', 'imageMogr2/thumbnail/!50px')
    expect(await sizeOf(await signed('GET', 'photos/a.png!small-1_a'))).toEqual([200, 200])
  })

  test('an object with the full name has priority', async () => {
    await add('small', 'imageMogr2/thumbnail/!50px')
    await signed('PUT', 'photos/a.png!small', { body: 'own' })
    expect((await signed('GET', 'photos/a.png!small')).body).toBe('own')
  })

  test('a styled key requires GetObject on the original', async () => {
    await add('small', 'imageMogr2/thumbnail/!50px')
    const reader = await temporarySigner(cloud, ['GetObject'], 'photos/a.png!small')
    const answer = await signed('GET', 'photos/a.png!small', reader)
    expect(answer.status).toBe(403)
  })

  test('can be configured by the owner only, with valid parameters', async () => {
    const everything = await temporarySigner(cloud, ['*'], '*')
    const refused = await signed('GET', '', { query: { style: '' }, ...everything })
    expect(refused.status).toBe(403)
    expect((await send(cloud.cos, { path: '/?style' })).status).toBe(403)
    expect(errorOf(await add('bad', 'imageMogr2/rotate/999')).code).toBe('InvalidArgument')
    expect(errorOf(await style('PUT', '<AddStyle/>')).code).toBe('MalformedXML')
    expect(errorOf(await style('PUT', '<')).code).toBe('MalformedXML')
  })
})
