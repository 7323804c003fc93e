import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { ImageError } from '../../../packages/local-cloud/src/cos/images/imagePipeline'
import { ImageProcessor } from '../../../packages/local-cloud/src/cos/images/imageProcessor'
import {
  ignoresErrors,
  parsePipeline,
} from '../../../packages/local-cloud/src/cos/images/parsePipeline'
import {
  parsePicOperations,
  resolveResultKey,
} from '../../../packages/local-cloud/src/cos/images/picOperations'
import { attempt } from '../../../packages/local-cloud/src/cos/images/sourceImage'
import { animation, base64, noise, plain, quarters, run } from './fixtures'

async function refusal(
  work: () => unknown,
): Promise<{ code?: string; errNo?: number; message?: string }> {
  try {
    await work()
  } catch (error) {
    if (error instanceof ImageError) {
      const { code, errNo, message } = error
      return { code, message, ...(errNo === undefined ? {} : { errNo }) }
    }
    throw error
  }
  return {}
}

describe('parameters', () => {
  test.each([
    'imageMogr2/thumbnail/',
    'imageMogr2/thumbnail/0x',
    'imageMogr2/thumbnail/10000x',
    'imageMogr2/thumbnail/!0p',
    'imageMogr2/thumbnail/!1001p',
    'imageMogr2/thumbnail/x',
    'imageMogr2/thumbnail/100',
    'imageMogr2/thumbnail/!100x100',
    'imageMogr2/thumbnail/100x100r',
    'imageMogr2/thumbnail/100x>',
    'imageMogr2/thumbnail/-5x5',
    'imageMogr2/thumbnail/5x5/pad/2',
    'imageMogr2/thumbnail/5x5/pad/1/color/red',
    'imageMogr2/crop/x',
    'imageMogr2/crop/10',
    'imageMogr2/cut/10x10',
    'imageMogr2/cut/10x10x-1x0',
    'imageMogr2/gravity/middle/crop/5x5',
    'imageMogr2/iradius/0',
    'imageMogr2/rotate/361',
    'imageMogr2/rotate/1.5',
    'imageMogr2/flip/both',
    'imageMogr2/blur/51x1',
    'imageMogr2/blur/5x0',
    'imageMogr2/bright/101',
    'imageMogr2/contrast/-101',
    'imageMogr2/sharpen/5',
    'imageMogr2/grayscale/2',
    'imageMogr2/format/tiff',
    'imageMogr2/quality/101',
    'imageMogr2/quality/!90',
    'imageMogr2/interlace/yes',
    'imageMogr2/cgif/101',
    'imageMogr2/size-limit/15',
    'imageMogr2/unknown/1',
    'imageMogr2/quality',
    'imageView2/0/w/100',
    'imageView2/6/w/100',
    'imageView2/w/100',
    'imageView2/1/w/0',
    'imageView2/1/x/5',
    'watermark/1/gravity/center',
    'watermark/2/text/!!!',
    `watermark/2/text/${base64('a')}/dissolve/0`,
    `watermark/2/text/${base64('a')}/scatype/1`,
    `watermark/2/text/${base64('a')}/scatype/3/spcent/251`,
    `watermark/2/text/${base64('a')}/blogo/1`,
    `watermark/2/text/${base64('a'.repeat(513))}`,
    'watermark/5/text/YQ',
    'imageInfo|imageMogr2/thumbnail/5x',
    'style/missing',
    'nothing/1',
    Array.from({ length: 11 }, () => 'imageMogr2/strip').join('|'),
  ])('%s is an InvalidArgument', async (parameters) => {
    expect((await refusal(() => parsePipeline(parameters))).code).toBe('InvalidArgument')
  })

  test.each([
    'imageMogr2/scrop/100x100',
    'imageMogr2/format/tpg',
    'imageMogr2/format/heif',
    'watermark/3/type/1',
    'imageslim',
  ])('%s is NotImplemented', async (parameters) => {
    expect((await refusal(() => parsePipeline(parameters))).code).toBe('NotImplemented')
  })

  test('style/<name> applies the parameters of the style; an unknown style has its own X-ErrNo', async () => {
    const styles = (name: string) => (name === 'small' ? 'imageMogr2/thumbnail/5x' : undefined)
    expect(parsePipeline('style/small', styles)).toEqual(parsePipeline('imageMogr2/thumbnail/5x'))
    expect(await refusal(() => parsePipeline('style/large', styles))).toMatchObject({ errNo: -105 })
  })

  test('finds ignore-error at any position', () => {
    expect(ignoresErrors('imageMogr2/thumbnail/5x/ignore-error/1')).toBe(true)
    expect(ignoresErrors('imageMogr2/ignore-error/1/strip|imageView2/1/w/1')).toBe(true)
    expect(ignoresErrors('imageMogr2/ignore-error/0')).toBe(false)
    expect(ignoresErrors('imageMogr2/ignore-error/10')).toBe(false)
  })
})

describe('parameters that an image does not support', () => {
  test.each([
    'imageMogr2/crop/300x100',
    'imageMogr2/cut/10x10x200x0',
    'imageMogr2/iradius/51',
    'imageMogr2/rradius/51',
  ])('%s of 200 x 100 is an InvalidArgument', async (parameters) => {
    const image = await plain(200, 100).png().toBuffer()
    expect((await refusal(() => run(image, parameters))).code).toBe('InvalidArgument')
  })

  test.each([
    'imageMogr2/thumbnail/!600p',
    'imageMogr2/rotate/45|imageMogr2/thumbnail/!900p',
    'imageView2/3/w/9999',
  ])('%s of 2000 x 1000 is refused: a side would be too long', async (parameters) => {
    const image = await plain(2000, 1000).jpeg().toBuffer()
    expect(await refusal(() => run(image, parameters))).toMatchObject({
      code: 'ImageResolutionExceed',
      errNo: -442,
    })
  })

  test.each(['thumbnail/200x', 'iradius/10', 'rradius/10', 'blur/5x5'])(
    'GIF does not support %s',
    async (parameters) => {
      const gif = await animation(40, 40, 2)
      expect(await refusal(() => run(gif, `imageMogr2/${parameters}`))).toMatchObject({
        code: 'InvalidImageFormat',
        errNo: -443,
      })
    },
  )

  test('an animation is not rotated frame by frame', async () => {
    const gif = await animation(40, 40, 2)
    expect((await refusal(() => run(gif, 'imageMogr2/rotate/90'))).code).toBe('NotImplemented')
  })

  test('an animation cannot be a watermark', async () => {
    const gif = await animation(10, 10, 2)
    const image = await quarters(40, 40)
    const parameters = `watermark/1/image/${base64('http://a/b')}`
    expect((await refusal(() => run(image, parameters, async () => gif))).code).toBe(
      'InvalidImageSource',
    )
  })
})

test.each([
  [
    'text of 100 letters, 1,000 points high',
    `watermark/2/text/${base64('W'.repeat(100))}/fontsize/1000`,
  ],
  [
    'a thin watermark as wide as the image',
    `watermark/1/image/${base64('http://a/b')}/scatype/1/spcent/1000`,
  ],
])('%s is refused before it is drawn', async (_, parameters) => {
  const image = await plain(2000, 1000).png().toBuffer()
  const thin = await plain(1, 3000).png().toBuffer()
  expect(await refusal(() => run(image, parameters, async () => thin))).toMatchObject({
    code: 'ImageResolutionExceed',
    errNo: -442,
  })
})

/** A PNG of one bit a pixel, all black: a large picture in few bytes. */
function bomb(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const frame = Buffer.alloc(8)
    frame.writeUInt32BE(data.length, 0)
    frame.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 1
  const rows = Buffer.alloc((Math.ceil(width / 8) + 1) * height)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

describe('hostile images', () => {
  const thumbnail = (image: Buffer) => refusal(() => run(image, 'imageMogr2/thumbnail/100x'))

  test('with too many pixels are refused after reading the header, in little memory', async () => {
    const before = process.memoryUsage().rss
    for (const [width, height] of [
      [20_000, 20_000],
      [30_001, 10],
      [29_999, 29_999],
    ] as const) {
      expect(await thumbnail(bomb(width, height))).toMatchObject({
        code: 'ImageResolutionExceed',
        errNo: -447,
      })
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(250 * 1024 * 1024)
  })

  test('with the maximum number of pixels are processed in bounded memory', async () => {
    const image = bomb(15_000, 15_000)
    expect(image.length).toBeLessThan(100_000)
    const before = process.memoryUsage().rss
    const { bytes } = await run(image, 'imageMogr2/thumbnail/100x')
    expect((await sharp(bytes).metadata()).width).toBe(100)
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024)
  })

  test('with a wrong size in the header are refused', async () => {
    const jpeg = await plain(100, 100).jpeg().toBuffer()
    const frame = jpeg.indexOf(Buffer.from([0xff, 0xc0]))
    jpeg.writeUInt16BE(65_500, frame + 5)
    jpeg.writeUInt16BE(65_500, frame + 7)
    expect((await thumbnail(jpeg)).code).toBe('ImageResolutionExceed')
    const bmp = Buffer.alloc(54)
    bmp.write('BM')
    bmp.writeUInt32LE(54, 10)
    bmp.writeUInt32LE(40, 14)
    bmp.writeInt32LE(10_000, 18)
    bmp.writeInt32LE(-10_000, 22)
    bmp.writeUInt16LE(24, 28)
    expect((await thumbnail(bmp)).code).toBe('InvalidImageFormat')
    bmp.writeInt32LE(0x7fffffff, 18)
    expect((await thumbnail(bmp)).code).toBe('ImageResolutionExceed')
  })

  test('with too many frames are refused', async () => {
    expect(await thumbnail(await animation(4, 4, 301))).toMatchObject({
      code: 'ImageResolutionExceed',
    })
  })

  test.each(['jpeg', 'png', 'webp', 'gif'] as const)(
    'a truncated %s is refused',
    async (format) => {
      const whole = await noise(300, 300).toFormat(format).toBuffer()
      const cut = whole.subarray(0, Math.floor(whole.length / 2))
      expect((await thumbnail(cut)).code).toBe('InvalidImageFormat')
    },
  )

  test.each<[string, Buffer | string]>([
    ['text', 'not an image'],
    ['an SVG', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'],
    ['a PDF', '%PDF-1.4 …'],
    ['HTML', '<html><img src=x></html>'],
    ['only a signature', Buffer.from('\x89PNG\r\n\x1a\n', 'latin1')],
    ['a JPEG of noise', Buffer.concat([Buffer.from([0xff, 0xd8, 0xff]), Buffer.alloc(500, 7)])],
    ['nothing', ''],
  ])('%s is refused', async (_, content) => {
    expect((await thumbnail(Buffer.from(content))).code).toBe('InvalidImageFormat')
  })

  test('an image of more than 32 MB is refused', async () => {
    expect(await thumbnail(Buffer.alloc(32 * 1024 * 1024 + 1, 0xff))).toMatchObject({
      code: 'ImageTooLarge',
      errNo: -167,
    })
  })

  test('processes at most two images at a time', async () => {
    const images = new ImageProcessor()
    const image = await plain(10, 10).png().toBuffer()
    let running = 0
    let most = 0
    const one = () =>
      images.open(
        async () => image,
        async () => {
          most = Math.max(most, ++running)
          await new Promise((resolve) => setTimeout(resolve, 5))
          running -= 1
        },
      )
    await Promise.all(Array.from({ length: 8 }, one))
    expect(most).toBe(2)
    // A failure releases its slot too.
    await Promise.allSettled(
      Array.from({ length: 4 }, () =>
        images.open(
          async () => Buffer.alloc(0),
          async () => {},
        ),
      ),
    )
    await one()
  })

  test('stops processing that takes too long', async () => {
    const slow = () => Promise.reject(new Error('timeout: 42% complete'))
    expect(await refusal(() => attempt(slow))).toMatchObject({
      code: 'ServiceUnavailable',
      errNo: -901,
    })
  })
})

describe('Pic-Operations', () => {
  const parse = (value: unknown, text = JSON.stringify(value)) =>
    parsePicOperations(text, 'p1/test1.jpg', () => undefined)
  const rule = { fileid: 'a.jpg', rule: 'imageMogr2/thumbnail/5x' }

  test.each<[string, unknown]>([
    ['no JSON', undefined],
    ['an array', []],
    ['another number', { is_pic_info: 2 }],
    ['rules that are no array', { rules: {} }],
    ['six rules', { rules: Array(6).fill(rule) }],
    ['a rule without fileid', { rules: [{ rule: rule.rule }] }],
    ['a fileid that ends with a slash', { rules: [{ ...rule, fileid: 'a/' }] }],
    ['a rule without parameters', { rules: [{ fileid: 'a' }] }],
    ['null for a rule', { rules: [null] }],
    ['a bucket that is no text', { rules: [{ ...rule, bucket: 5 }] }],
    ['a report', { rules: [{ ...rule, rule: 'imageInfo' }] }],
  ])('%s is refused', async (_, value) => {
    const text = value === undefined ? '{' : undefined
    expect((await refusal(() => parse(value, text))).code).toBe('InvalidPicOperations')
  })

  test('validates the parameters of a rule like those of a URL', async () => {
    const bad = { ...rule, rule: 'imageMogr2/thumbnail/0x' }
    expect((await refusal(() => parse({ rules: [bad] }))).code).toBe('InvalidArgument')
  })

  // The document's own examples.
  test.each([
    ['/p2/test2.jpg', 'p2/test2.jpg'],
    ['p2/test2.jpg', 'p1/p2/test2.jpg'],
    ['test2.jpg', 'p1/test2.jpg'],
  ])('fileid %s is the key %s', (fileid, key) => {
    expect(resolveResultKey(fileid, 'p1/test1.jpg')).toBe(key)
  })
})

test('without sharp, the error names the package to install', async () => {
  const missing = new ImageProcessor(() => Promise.reject(new Error('Cannot find module')))
  const { code, message } = await refusal(() => missing.requireSharp())
  expect(code).toBe('NotImplemented')
  expect(message).toContain('npm install sharp')
})
