import sharp from 'sharp'
import {
  decodeBmp,
  encodeBmp,
  jpegQuality,
} from '../../../packages/local-cloud/src/cos/images/formats'
import {
  alphaAt,
  animation,
  base64,
  isNear,
  noise,
  pixelAt,
  plain,
  quarters,
  run,
} from './fixtures'

/** The size of the documents' sample.jpeg. */
const SAMPLE = { width: 960, height: 540 }

let sample: Buffer
let tall: Buffer
let png: Buffer
beforeAll(async () => {
  sample = await quarters(SAMPLE.width, SAMPLE.height, 'jpeg')
  tall = await quarters(500, 1000, 'jpeg')
  png = await quarters(400, 200)
})

const sized = (width: number, height: number) => plain(width, height).jpeg().toBuffer()
async function sizeOf(bytes: Buffer) {
  const { width, height } = await sharp(bytes).metadata()
  return [width, height]
}

describe('imageMogr2/thumbnail scales (1045/33713)', () => {
  // Parameters, original, result.
  test.each<[string, [number, number], [number, number]]>([
    ['!50p', [960, 540], [480, 270]],
    ['!50px', [960, 540], [480, 540]],
    ['!x50p', [960, 540], [960, 270]],
    ['!200p', [100, 50], [200, 100]],
    ['!1p', [960, 540], [10, 5]],
    ['480x', [960, 540], [480, 270]],
    ['x270', [960, 540], [480, 270]],
    ['200x', [100, 50], [200, 100]],
    ['600x600', [960, 540], [600, 338]],
    ['600x600', [100, 50], [600, 300]],
    ['600x600>', [960, 540], [600, 338]],
    ['600x600>', [100, 50], [100, 50]],
    ['1000x300>', [960, 540], [533, 300]],
    ['600x600<', [960, 540], [960, 540]],
    ['600x600<', [100, 50], [600, 300]],
    ['!600x600r', [960, 540], [1067, 600]],
    ['!240x240r', [500, 1000], [240, 480]],
    ['600x600!', [960, 540], [600, 600]],
    ['10000@', [960, 540], [133, 75]],
    ['9999999@', [960, 540], [960, 540]],
  ])('%s of %p gives %p', async (geometry, [w, h], result) => {
    const { bytes } = await run(await sized(w, h), `imageMogr2/thumbnail/${geometry}`)
    expect(await sizeOf(bytes)).toEqual(result)
  })

  test('pads to the box with white, or with the colour given', async () => {
    const white = await run(sample, 'imageMogr2/thumbnail/600x600/pad/1')
    expect(await sizeOf(white.bytes)).toEqual([600, 600])
    expect(isNear(await pixelAt(white.bytes, 300, 5), '#ffffff')).toBe(true)
    // The document's own example: #3D3D3D.
    const gray = await run(sample, 'imageMogr2/thumbnail/600x600/pad/1/color/IzNEM0QzRA')
    expect(isNear(await pixelAt(gray.bytes, 300, 5), '#3d3d3d')).toBe(true)
    expect(isNear(await pixelAt(gray.bytes, 10, 200), '#ff0000')).toBe(true)
  })

  test('does not pad with pad/0', async () => {
    const { bytes } = await run(sample, 'imageMogr2/thumbnail/600x600/pad/0')
    expect(await sizeOf(bytes)).toEqual([600, 338])
  })
})

describe('imageMogr2 crops (1045/33714)', () => {
  test('cut takes a rectangle from an offset', async () => {
    const { bytes } = await run(sample, 'imageMogr2/cut/400x200x470x260')
    expect(await sizeOf(bytes)).toEqual([400, 200])
    expect(isNear(await pixelAt(bytes, 2, 2), '#ff0000')).toBe(true)
    expect(isNear(await pixelAt(bytes, 390, 2), '#00ff00')).toBe(true)
    expect(isNear(await pixelAt(bytes, 390, 190), '#ffff00')).toBe(true)
  })

  test('cut ends at the border of the image', async () => {
    const { bytes } = await run(sample, 'imageMogr2/cut/600x600x100x10')
    expect(await sizeOf(bytes)).toEqual([600, 530])
  })

  test.each<[string, [number, number], [number, number]]>([
    ['300x400/gravity/center', [960, 540], [300, 400]],
    ['600x600', [1500, 1200], [600, 600]],
    ['300x', [960, 540], [300, 540]],
    ['x300', [960, 540], [960, 300]],
    ['960x540', [960, 540], [960, 540]],
  ])('crop/%s of %p gives %p', async (box, [w, h], result) => {
    const { bytes } = await run(await sized(w, h), `imageMogr2/crop/${box}`)
    expect(await sizeOf(bytes)).toEqual(result)
  })

  test('crop scales before it cuts, from the centre', async () => {
    const { bytes } = await run(sample, 'imageMogr2/crop/270x270/gravity/center')
    expect(isNear(await pixelAt(bytes, 5, 5), '#ff0000')).toBe(true)
    expect(isNear(await pixelAt(bytes, 265, 265), '#ffff00')).toBe(true)
  })

  test.each([
    ['northwest', '#ff0000'],
    ['west', '#ff0000'],
    ['northeast', '#00ff00'],
    ['SouthEast', '#00ff00'],
  ])('crop with gravity %s keeps that side', async (gravity, color) => {
    const { bytes } = await run(sample, `imageMogr2/gravity/${gravity}/crop/100x540`)
    expect(isNear(await pixelAt(bytes, 50, 100), color)).toBe(true)
  })

  test('iradius cuts a circle: white outside in JPEG, transparent in PNG', async () => {
    const jpeg = await run(sample, 'imageMogr2/iradius/200')
    expect(await sizeOf(jpeg.bytes)).toEqual([400, 400])
    expect(isNear(await pixelAt(jpeg.bytes, 2, 2), '#ffffff')).toBe(true)
    expect(isNear(await pixelAt(jpeg.bytes, 100, 100), '#ff0000')).toBe(true)
    const { bytes } = await run(sample, 'imageMogr2/iradius/200/format/png')
    expect(await alphaAt(bytes, 2, 2)).toBe(0)
    expect(await alphaAt(bytes, 200, 2)).toBeGreaterThan(200)
  })

  test('rradius rounds the corners and keeps the size', async () => {
    const { bytes } = await run(sample, 'imageMogr2/rradius/100/format/png')
    expect(await sizeOf(bytes)).toEqual([960, 540])
    expect(await alphaAt(bytes, 1, 1)).toBe(0)
    expect(await alphaAt(bytes, 100, 2)).toBeGreaterThan(200)
  })
})

describe('imageMogr2 rotates and flips (1045/33715)', () => {
  test('rotate/90 turns clockwise', async () => {
    const { bytes } = await run(sample, 'imageMogr2/rotate/90')
    expect(await sizeOf(bytes)).toEqual([540, 960])
    expect(isNear(await pixelAt(bytes, 500, 10), '#ff0000')).toBe(true)
    expect(isNear(await pixelAt(bytes, 10, 10), '#0000ff')).toBe(true)
  })

  test.each<[number, [number, number]]>([
    [0, [960, 540]],
    [180, [960, 540]],
    [270, [540, 960]],
    [360, [960, 540]],
  ])('rotate/%d gives %p', async (degrees, size) => {
    const { bytes } = await run(sample, `imageMogr2/rotate/${degrees}`)
    expect(await sizeOf(bytes)).toEqual(size)
  })

  test('rotate by other angles enlarges the image to fit the corners', async () => {
    const [width = 0, height = 0] = await sizeOf((await run(sample, 'imageMogr2/rotate/45')).bytes)
    expect(width).toBeGreaterThan(1050)
    expect(Math.abs(width - height)).toBeLessThan(3)
  })

  test('flip mirrors', async () => {
    const vertical = await run(png, 'imageMogr2/flip/vertical')
    expect(isNear(await pixelAt(vertical.bytes, 5, 5), '#0000ff')).toBe(true)
    const horizontal = await run(png, 'imageMogr2/flip/horizontal')
    expect(isNear(await pixelAt(horizontal.bytes, 5, 5), '#00ff00')).toBe(true)
  })

  test('auto-orient applies and removes the EXIF orientation', async () => {
    const turned = await sharp(sample).withMetadata({ orientation: 6 }).toBuffer()
    const upright = await run(turned, 'imageMogr2/auto-orient')
    expect(await sizeOf(upright.bytes)).toEqual([540, 960])
    expect((await sharp(upright.bytes).metadata()).orientation ?? 1).toBe(1)
    const thumbnail = await run(turned, 'imageMogr2/auto-orient/thumbnail/270x')
    expect(await sizeOf(thumbnail.bytes)).toEqual([270, 480])
  })

  test('without auto-orient the orientation is kept, with strip it is removed', async () => {
    const turned = await sharp(sample).withMetadata({ orientation: 6 }).toBuffer()
    const kept = await run(turned, 'imageMogr2/thumbnail/480x')
    expect((await sharp(kept.bytes).metadata()).orientation).toBe(6)
    expect(await sizeOf(kept.bytes)).toEqual([480, 270])
    const stripped = await run(turned, 'imageMogr2/thumbnail/480x/strip')
    expect((await sharp(stripped.bytes).metadata()).exif).toBeUndefined()
  })
})

describe('imageMogr2 converts (1045/33716) and compresses (1045/33717)', () => {
  test.each([
    ['jpg', 'jpeg'],
    ['png', 'png'],
    ['webp', 'webp'],
    ['gif', 'gif'],
    ['yjpeg', 'jpeg'],
    ['avif', 'heif'],
  ])('format/%s', async (format, kind) => {
    const { bytes } = await run(png, `imageMogr2/format/${format}`)
    expect((await sharp(bytes).metadata()).format).toBe(kind)
    expect(isNear(await pixelAt(bytes, 50, 50), '#ff0000', 30)).toBe(true)
  })

  test('format/bmp writes a BMP, which can be processed again', async () => {
    const { bytes } = await run(png, 'imageMogr2/format/bmp')
    const raw = decodeBmp(bytes)
    expect([raw.width, raw.height]).toEqual([400, 200])
    expect([...raw.data.subarray(0, 3)]).toEqual([255, 0, 0])
    const small = await run(bytes, 'imageMogr2/thumbnail/100x')
    expect(small.bytes.toString('latin1', 0, 2)).toBe('BM')
    expect(decodeBmp(small.bytes).width).toBe(100)
    const jpeg = await run(encodeBmp(raw), 'imageMogr2/format/jpg')
    expect(isNear(await pixelAt(jpeg.bytes, 390, 10), '#00ff00')).toBe(true)
  })

  test('interlace/1 makes a progressive JPEG', async () => {
    const { isProgressive } = await sharp(
      (await run(png, 'imageMogr2/format/jpg/interlace/1')).bytes,
    ).metadata()
    expect(isProgressive).toBe(true)
    const plainly = await run(png, 'imageMogr2/format/jpg/interlace/0')
    expect((await sharp(plainly.bytes).metadata()).isProgressive).toBe(false)
  })

  // Original quality, parameters, resulting quality: the document's own numbers among them.
  test.each<[number, string, number]>([
    [80, 'quality/60', 60],
    [60, 'quality/90', 60],
    [60, 'quality/90!', 90],
    [80, 'rquality/80', 64],
    [85, 'lquality/80', 85],
    [60, 'lquality/80', 80],
    [72, 'thumbnail/!50p', 72],
  ])('a JPEG of quality %d with %s has quality %d', async (own, parameters, quality) => {
    const original = await sharp(png).jpeg({ quality: own }).toBuffer()
    expect(jpegQuality(original)).toBe(own)
    const { bytes } = await run(original, `imageMogr2/${parameters}`)
    expect(jpegQuality(bytes)).toBe(quality)
  })

  test('quality makes a WebP smaller', async () => {
    const original = await noise(300, 200).webp({ quality: 90 }).toBuffer()
    const { bytes } = await run(original, 'imageMogr2/quality/20')
    expect(bytes.length).toBeLessThan(original.length / 2)
  })

  test('size-limit limits the size; with ! never above the original', async () => {
    const original = await noise(400, 300).jpeg({ quality: 95 }).toBuffer()
    const limited = await run(original, 'imageMogr2/strip/format/jpg/size-limit/15k!')
    expect(limited.bytes.length).toBeLessThanOrEqual(15 * 1024)
    const small = await plain(20, 20).jpeg({ quality: 30 }).toBuffer()
    const kept = await run(small, 'imageMogr2/size-limit/1m!')
    expect(kept.bytes.length).toBeLessThanOrEqual(small.length)
  })

  test('an animated GIF stays animated when it is scaled down or cropped', async () => {
    const gif = await animation(100, 80, 5)
    for (const parameters of ['thumbnail/50x', 'crop/50x40', 'thumbnail/80x64/crop/50x40']) {
      const { pages, height, width } = await sharp(
        (await run(gif, `imageMogr2/${parameters}`)).bytes,
      ).metadata()
      expect([pages, height, width]).toEqual([5, 40, 50])
    }
    const jpeg = await run(gif, 'imageMogr2/format/jpg')
    expect(await sizeOf(jpeg.bytes)).toEqual([100, 80])
    const webp = await run(gif, 'imageMogr2/format/webp')
    expect((await sharp(webp.bytes).metadata()).pages).toBe(5)
  })

  test('cgif limits the number of frames, to 30 by default', async () => {
    const gif = await animation(20, 20, 40)
    const ten = await run(gif, 'imageMogr2/cgif/10')
    expect((await sharp(ten.bytes).metadata()).pages).toBe(10)
    const thirty = await run(gif, 'imageMogr2/cgif/1')
    expect((await sharp(thirty.bytes).metadata()).pages).toBe(30)
  })
})

describe('imageMogr2 changes colours (1045/33718 to 33725)', () => {
  test('blur softens an edge', async () => {
    const { bytes } = await run(png, 'imageMogr2/blur/8x5')
    const edge = await pixelAt(bytes, 200, 50)
    expect(edge[0]).toBeGreaterThan(60)
    expect(edge[1]).toBeGreaterThan(60)
  })

  test('bright, contrast and grayscale change the pixels', async () => {
    const gray = await plain(10, 10, '#646464').png().toBuffer()
    const bright = await run(gray, 'imageMogr2/bright/20')
    expect(isNear(await pixelAt(bright.bytes, 5, 5), '#979797', 3)).toBe(true)
    const dark = await run(gray, 'imageMogr2/bright/-20')
    expect(isNear(await pixelAt(dark.bytes, 5, 5), '#313131', 3)).toBe(true)
    const flat = await run(gray, 'imageMogr2/contrast/-100')
    expect(isNear(await pixelAt(flat.bytes, 5, 5), '#808080', 3)).toBe(true)
    const colourless = await run(png, 'imageMogr2/grayscale/1')
    const [r, g, b] = await pixelAt(colourless.bytes, 5, 5)
    expect([r, r]).toEqual([g, b])
    const colourful = await run(png, 'imageMogr2/grayscale/0')
    expect(isNear(await pixelAt(colourful.bytes, 5, 5), '#ff0000')).toBe(true)
  })

  test('sharpen changes pixels at an edge', async () => {
    const soft = (await run(sample, 'imageMogr2/thumbnail/200x/blur/8x5')).bytes
    const { bytes } = await run(soft, 'imageMogr2/sharpen/70')
    expect(await pixelAt(bytes, 95, 20)).not.toEqual(await pixelAt(soft, 95, 20))
  })
})

describe('imageView2 (1045/33726)', () => {
  test.each<[string, [number, number], [number, number]]>([
    ['1/w/500/h/400', [1000, 500], [500, 400]],
    ['1/w/400/h/600/q/85', [960, 540], [400, 600]],
    ['1/w/300', [1000, 500], [300, 300]],
    ['2/w/500/h/400', [1000, 500], [500, 250]],
    ['2/w/500', [1000, 500], [500, 250]],
    ['2/h/100', [1000, 500], [200, 100]],
    ['2/w/2000/h/2000', [1000, 500], [1000, 500]],
    ['3/w/500/h/400', [1000, 500], [800, 400]],
    ['3/w/300', [1000, 500], [600, 300]],
    ['4/w/400/h/300', [1000, 500], [600, 300]],
    ['4/w/400/h/300', [500, 1000], [300, 600]],
    ['5/w/400/h/300', [1000, 500], [400, 300]],
    ['5/w/400/h/300', [500, 1000], [300, 400]],
    ['format/png', [640, 427], [640, 427]],
  ])('%s of %p gives %p', async (parameters, [w, h], result) => {
    const { bytes } = await run(await sized(w, h), `imageView2/${parameters}`)
    expect(await sizeOf(bytes)).toEqual(result)
  })

  test('mode 1 cuts equally from both sides', async () => {
    const { bytes } = await run(sample, 'imageView2/1/w/200/h/200/format/png')
    expect(isNear(await pixelAt(bytes, 5, 5), '#ff0000')).toBe(true)
    expect(isNear(await pixelAt(bytes, 195, 5), '#00ff00')).toBe(true)
  })

  test.each<[number, string, number]>([
    [80, 'q/60', 60],
    [60, 'q/85!', 85],
    [80, 'rq/80', 64],
    [60, 'lq/80', 80],
  ])('of quality %d with %s has quality %d', async (own, parameters, quality) => {
    const original = await sharp(png).jpeg({ quality: own }).toBuffer()
    const { bytes } = await run(original, `imageView2/2/w/100/${parameters}`)
    expect(jpegQuality(bytes)).toBe(quality)
  })
})

describe('watermarks (436/36373, 436/36374)', () => {
  const url = 'http://examples-1251000004.cos.ap-shanghai.myqcloud.com/mark.png'
  const mark = () => plain(40, 20, '#0000ff').png().toBuffer()
  const marked = (parameters: string, base: Buffer, load: () => Promise<Buffer> = mark) =>
    run(base, `watermark/1/image/${base64(url)}${parameters}`, async (asked) => {
      expect(asked).toBe(url)
      return load()
    })
  let base: Buffer
  beforeAll(async () => {
    base = await plain(200, 100, '#ffffff').png().toBuffer()
  })

  test.each<[string, number, number]>([
    ['', 180, 90],
    ['/gravity/southeast', 180, 90],
    ['/gravity/northwest', 10, 10],
    ['/gravity/northeast', 190, 10],
    ['/gravity/southwest', 10, 90],
    ['/gravity/center', 100, 50],
    ['/gravity/north', 100, 10],
    ['/gravity/west', 10, 50],
    ['/gravity/northwest/dx/50/dy/30', 60, 40],
    ['/gravity/southeast/dx/50/dy/30', 130, 60],
  ])('an image watermark%s is at %d, %d', async (parameters, x, y) => {
    const { bytes } = await marked(`${parameters}/dissolve/100`, base)
    expect(isNear(await pixelAt(bytes, x, y), '#0000ff')).toBe(true)
    expect(await sizeOf(bytes)).toEqual([200, 100])
  })

  test('dx has no effect north or south, dy none west or east, neither in the centre', async () => {
    for (const [parameters, x, y] of [
      ['/gravity/north/dx/60', 100, 10],
      ['/gravity/east/dy/40', 190, 50],
      ['/gravity/center/dx/60/dy/40', 100, 50],
    ] as const) {
      const { bytes } = await marked(`${parameters}/dissolve/100`, base)
      expect(isNear(await pixelAt(bytes, x, y), '#0000ff')).toBe(true)
    }
  })

  test('dissolve is the opacity, 90 % by default', async () => {
    const default90 = await marked('', base)
    expect(isNear(await pixelAt(default90.bytes, 180, 90), '#1a1aff', 3)).toBe(true)
    const half = await marked('/dissolve/50', base)
    expect(isNear(await pixelAt(half.bytes, 180, 90), '#8080ff', 3)).toBe(true)
  })

  test('scatype and spcent scale a watermark to a share of the width, height or area', async () => {
    for (const [type, share, width] of [
      [1, 500, 100],
      [2, 300, 60],
      [3, 250, 100],
    ] as const) {
      const { bytes } = await marked(
        `/gravity/northwest/dissolve/100/scatype/${type}/spcent/${share}`,
        base,
      )
      expect(isNear(await pixelAt(bytes, width - 3, 5), '#0000ff')).toBe(true)
      expect(isNear(await pixelAt(bytes, width + 3, 5), '#ffffff')).toBe(true)
    }
  })

  test('batch tiles a watermark over the image, rotated by degree', async () => {
    const tiled = await marked('/batch/1/dissolve/100', base)
    // 40 x 20 with a tenth of space: 44 x 22.
    expect(isNear(await pixelAt(tiled.bytes, 10, 10), '#0000ff')).toBe(true)
    expect(isNear(await pixelAt(tiled.bytes, 42, 10), '#ffffff')).toBe(true)
    expect(isNear(await pixelAt(tiled.bytes, 54, 32), '#0000ff')).toBe(true)
    const turned = await marked('/batch/1/degree/45/dissolve/40', base)
    expect(isNear(await pixelAt(turned.bytes, 1, 1), '#ffffff')).toBe(true)
    expect(isNear(await pixelAt(turned.bytes, 21, 21), '#9999ff', 6)).toBe(true)
  })

  test('blogo scales or cuts a watermark that is larger than the image', async () => {
    const large = () => quarters(400, 200)
    const scaled = await marked('/blogo/1/dissolve/100', base, large)
    expect(isNear(await pixelAt(scaled.bytes, 10, 10), '#ff0000')).toBe(true)
    expect(isNear(await pixelAt(scaled.bytes, 190, 90), '#ffff00')).toBe(true)
    const cut = await marked('/blogo/2/dissolve/100/gravity/northwest', base, large)
    expect(isNear(await pixelAt(cut.bytes, 190, 90), '#ff0000')).toBe(true)
  })

  test('draws text in its colour, at the side that gravity names', async () => {
    const { bytes } = await run(
      base,
      `watermark/2/text/${base64('Watermark')}/fill/${base64('#FF0000')}/fontsize/30/dissolve/100/gravity/northwest`,
    )
    const rows = async (top: number) =>
      sharp(
        await sharp(bytes).extract({ left: 0, top, width: 150, height: 40 }).png().toBuffer(),
      ).stats()
    const [red, green] = (await rows(0)).channels
    expect(green?.min).toBeLessThan(60)
    expect(red?.mean).toBeGreaterThan(240)
    expect((await rows(60)).channels[1]?.min).toBe(255)
  })

  test('draws the documented example of tiled Chinese text', async () => {
    const { bytes } = await run(
      sample,
      'watermark/2/text/6IW-6K6v5LqRwrfkuIfosaHkvJjlm74/fill/IzNEM0QzRA/fontsize/20/dissolve/50/gravity/northeast/dx/20/dy/20/batch/1/degree/45',
    )
    expect(await sizeOf(bytes)).toEqual([960, 540])
    expect(bytes.equals(sample)).toBe(false)
  })

  test('a text watermark may have a shadow and a share of the width', async () => {
    const { bytes } = await run(
      base,
      `watermark/2/text/${base64('Hi')}/shadow/100/fill/${base64('#ffffff')}/dissolve/100/scatype/1/spcent/500/gravity/northwest`,
    )
    const { channels } = await sharp(bytes).stats()
    expect(channels[0]?.min).toBeLessThan(80)
  })
})

describe('pipelines (1045/33727) and reports', () => {
  test('pipes run in sequence', async () => {
    const { bytes } = await run(
      sample,
      'imageMogr2/thumbnail/!50p|imageMogr2/rotate/90|imageView2/1/w/100/h/100/format/webp',
    )
    expect(await sizeOf(bytes)).toEqual([100, 100])
    expect((await sharp(bytes).metadata()).format).toBe('webp')
    expect(isNear(await pixelAt(bytes, 95, 5), '#ff0000', 20)).toBe(true)
  })

  test('parameters run in their order: the thumbnail of the demo', async () => {
    const { bytes } = await run(tall, 'imageMogr2/thumbnail/!240x240r/gravity/center/crop/240x240')
    expect(await sizeOf(bytes)).toEqual([240, 240])
  })

  test('imageInfo returns format, size and average colour', async () => {
    const source = await plain(960, 540, '#736246').jpeg().toBuffer()
    expect(JSON.parse((await run(source, 'imageInfo')).text)).toMatchObject({
      format: 'jpeg',
      width: '960',
      height: '540',
      size: String(source.length),
      md5: expect.stringMatching(/^[0-9a-f]{32}$/),
      frame_count: '1',
      photo_rgb: '0x736246',
    })
    const gif = await animation(30, 20, 4)
    expect(JSON.parse((await run(gif, 'imageInfo')).text)).toMatchObject({
      format: 'gif',
      height: '20',
      frame_count: '4',
    })
  })

  test('imageAve returns the average colour', async () => {
    const source = await plain(64, 64, '#a18454').png().toBuffer()
    expect(JSON.parse((await run(source, 'imageAve')).text)).toEqual({ RGB: '0xa18454' })
  })

  test('exif returns the tags, or an error if there are none', async () => {
    expect(JSON.parse((await run(png, 'exif')).text)).toEqual({ error: 'no exif data' })
    const tagged = await sharp(sample)
      .withExif({
        IFD0: { Make: 'Tencent', Model: 'Phone' },
        IFD2: { DateTimeOriginal: '2026:11:30 08:00:00', FNumber: '18/10' },
        IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '22/1 32/1 0/1' },
      })
      .toBuffer()
    expect(JSON.parse((await run(tagged, 'exif')).text)).toMatchObject({
      Make: { val: 'Tencent' },
      Model: { val: 'Phone' },
      DateTimeOriginal: { val: '2026:11:30 08:00:00' },
      FNumber: { val: '18/10' },
      GPSLatitudeRef: { val: 'N' },
      GPSLatitude: { val: '22/1, 32/1, 0/1' },
    })
  })
})
