import sharp from 'sharp'
import { errorOf, send, signedRequests } from '../../support/cosRequests'
import { HOST, useTestCloud } from '../../support/testCloud'
import { describeWithFfmpeg, sampleVideo } from '../../support/tools'
import { isNear, pixelAt, plain, temporarySigner } from './fixtures'

const cloud = useTestCloud()
const signed = signedRequests(() => cloud)

const SNAPSHOT = { 'ci-process': 'snapshot', time: '0' }
const snapshot = (query: Record<string, string> = {}, key = 'film.mp4') =>
  signed('GET', key, { query: { ...SNAPSHOT, ...query } })

describeWithFfmpeg('video snapshots', () => {
  let film: Buffer
  beforeAll(async () => {
    film = sampleVideo()
    await signed('PUT', 'film.mp4', { body: film, headers: { 'Cache-Control': 'max-age=60' } })
  })

  test('returns a JPEG of the size of the video, with its own length and digest', async () => {
    const { status, headers, bytes } = await snapshot()
    expect(status).toBe(200)
    expect(await sharp(bytes).metadata()).toMatchObject({ format: 'jpeg', width: 160, height: 90 })
    expect(headers).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': String(bytes.length),
      'cache-control': 'max-age=60',
    })
    expect(headers.etag).not.toBe((await signed('HEAD', 'film.mp4')).headers.etag)
  })

  test.each([
    [{ width: '80' }, [80, 45]],
    [{ height: '45' }, [80, 45]],
    [{ width: '40', height: '40' }, [40, 40]],
    [{ width: '0', height: '0' }, [160, 90]],
    [{ width: '320' }, [320, 180]],
  ])('scales the snapshot to %j', async (query, size) => {
    const { width, height } = await sharp((await snapshot(query)).bytes).metadata()
    expect([width, height]).toEqual(size)
  })

  test('format=png returns a PNG', async () => {
    const { headers, bytes } = await snapshot({ format: 'png' })
    expect(headers['content-type']).toBe('image/png')
    expect((await sharp(bytes).metadata()).format).toBe('png')
  })

  test('shows the given time, or with mode=keyframe the key frame before it', async () => {
    const colorOf = async (query: Record<string, string>) =>
      pixelAt((await snapshot(query)).bytes, 80, 45)
    expect(isNear(await colorOf({ time: '0.5' }), '#ff0000', 20)).toBe(true)
    expect(isNear(await colorOf({ time: '1.5' }), '#0000ff', 20)).toBe(true)
    // The only key frame is the first.
    expect(isNear(await colorOf({ time: '1.5', mode: 'keyframe' }), '#ff0000', 20)).toBe(true)
  })

  test('is rotated as the video states, unless rotate=off', async () => {
    await signed('PUT', 'turned.mp4', { body: turned(film) })
    const sizeOf = async (query: Record<string, string>) => {
      const { width, height } = await sharp((await snapshot(query, 'turned.mp4')).bytes).metadata()
      return [width, height]
    }
    expect(await sizeOf({})).toEqual([90, 160])
    expect(await sizeOf({ rotate: 'off' })).toEqual([160, 90])
  })

  test.each<Record<string, string>>([
    { time: '' },
    { time: '-1' },
    { time: 'x' },
    { time: '60' },
    { width: '-1' },
    { width: '4097' },
    { height: '1.5' },
    { format: 'webp' },
    { mode: 'first' },
    { rotate: '90' },
  ])('%j is InvalidArgument', async (query) => {
    const refused = await snapshot(query)
    expect([refused.status, errorOf(refused).code]).toEqual([400, 'InvalidArgument'])
  })

  test.each([
    ['an empty object', async () => Buffer.alloc(0)],
    ['a text', async () => Buffer.from('text')],
    ['a picture', async () => plain(20, 20).png().toBuffer()],
    ['a playlist of other files', async () => Buffer.from('#EXTM3U\n#EXTINF:1,\n/etc/passwd\n')],
    ['a list of files', async () => Buffer.from("ffconcat version 1.0\nfile '/etc/hostname'\n")],
    ['a video that is cut off', async () => film.subarray(0, film.length / 2)],
    ['a video of noise', async () => Buffer.concat([film.subarray(0, 40), Buffer.alloc(5000, 7)])],
  ])('%s is refused as not being a video', async (_, content) => {
    await signed('PUT', 'other.mp4', { body: await content() })
    const refused = await snapshot({}, 'other.mp4')
    const { code, message } = errorOf(refused)
    expect([refused.status, code]).toEqual([400, 'InvalidArgument'])
    expect(message).toMatch(/^The object is not a video, or it is damaged: .{4}/)
    expect(message).not.toContain('cos-snapshot')
  })

  test('a video of more pixels than 8K is refused', async () => {
    await signed('PUT', 'large.avi', { body: sampleVideo('avi', '8200x4100') })
    const refused = await snapshot({ width: '20' }, 'large.avi')
    expect([refused.status, errorOf(refused).code]).toEqual([400, 'InvalidArgument'])
  })

  test('takes snapshots concurrently', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => snapshot({ time: `0.${i}`, width: '20' })),
    )
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200])
  })

  test('requires ci:GenerateSnapshot besides GetObject', async () => {
    const { key, headers } = await temporarySigner(cloud, ['GetObject'], '*')
    const refused = await signed('GET', 'film.mp4', { query: SNAPSHOT, headers, key })
    expect(errorOf(refused).code).toBe('AccessDenied')
  })

  test('requires a signature unless the video is public', async () => {
    const get = () =>
      send(cloud.cos, {
        method: 'GET',
        path: '/film.mp4?ci-process=snapshot&time=0',
        headers: { Host: HOST },
      })
    expect((await get()).status).toBe(403)
    const acl = (value: string) =>
      signed('PUT', 'film.mp4', { query: { acl: '' }, headers: { 'x-cos-acl': value } })
    await acl('public-read')
    expect((await get()).status).toBe(200)
    await acl('default')
  })

  test('a missing object is NoSuchKey', async () => {
    expect(errorOf(await snapshot({}, 'missing.mp4')).code).toBe('NoSuchKey')
  })
})

/** A video that is shown turned by 90 degrees: changes the matrix in the header of its track. */
function turned(video: Buffer): Buffer {
  const copy = Buffer.from(video)
  const matrix = [0, 0x10000, 0, -0x10000, 0, 0, 90 * 0x10000, 0, 0x40000000]
  const start = copy.indexOf('tkhd') + 44
  for (const [i, value] of matrix.entries()) copy.writeInt32BE(value, start + 4 * i)
  return copy
}
