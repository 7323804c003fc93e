import { ERR_NO, ImageError, type ImageFormat } from './imagePipeline'

/** The `Content-Type` of each format. */
export const CONTENT_TYPES: Record<ImageFormat, string> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  gif: 'image/gif',
  webp: 'image/webp',
  bmp: 'image/bmp',
  avif: 'image/avif',
}

/** Formats that can have several frames. */
export const ANIMATED: ReadonlySet<ImageFormat> = new Set(['gif', 'webp'])

/** Formats without transparency. */
export const OPAQUE: ReadonlySet<ImageFormat> = new Set(['jpeg', 'bmp'])

/**
 * Detects the format by the first bytes; the name and the content type are ignored. Formats that the service does not
 * process (SVG, PDF, TIFF …) are undefined, so that users' files never reach other decoders.
 */
export function sniffFormat(bytes: Buffer): ImageFormat | 'heif' | undefined {
  const text = bytes.toString('latin1', 0, 12)
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg'
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png'
  if (/^GIF8[79]a/.test(text)) return 'gif'
  if (/^RIFF.{4}WEBP/s.test(text)) return 'webp'
  if (text.startsWith('BM')) return 'bmp'
  if (/^.{4}ftyp(avif|avis)/s.test(text)) return 'avif'
  if (/^.{4}ftyp(heic|heix|hevc|mif1|msf1)/s.test(text)) return 'heif'
  return undefined
}

/** Uncompressed pixels, row by row from the top. */
interface RawImage {
  data: Buffer
  width: number
  height: number
  channels: 3 | 4
}

const FILE_HEADER = 14
const INFO_HEADER = 40

/** Reads the header of a BMP, before memory for its pixels is allocated. @throws ImageError */
export function readBmpHeader(bytes: Buffer): {
  width: number
  height: number
  isTopDown: boolean
  bits: number
  offset: number
} {
  if (bytes.length < FILE_HEADER + INFO_HEADER) throw damaged()
  const size = bytes.readUInt32LE(14)
  const width = bytes.readInt32LE(18)
  const height = bytes.readInt32LE(22)
  const bits = bytes.readUInt16LE(28)
  const compression = bytes.readUInt32LE(30)
  const isPlain = compression === 0 || (compression === 3 && bits === 32)
  if (size < INFO_HEADER || !isPlain || ![8, 24, 32].includes(bits)) {
    throw new ImageError(
      'NotImplemented',
      'The local COS reads BMP files of 8, 24 or 32 bits without compression only.',
    )
  }
  if (width < 1 || height === 0) throw damaged()
  return {
    width,
    height: Math.abs(height),
    isTopDown: height < 0,
    bits,
    offset: bytes.readUInt32LE(10),
  }
}

/** Decodes a BMP, which sharp cannot. @throws ImageError */
export function decodeBmp(bytes: Buffer): RawImage {
  const { width, height, isTopDown, bits, offset } = readBmpHeader(bytes)
  const stride = Math.ceil((width * bits) / 32) * 4
  if (offset + stride * height > bytes.length) throw damaged()
  const data = Buffer.allocUnsafe(width * height * 3)
  const palette = bits === 8 ? bytes.subarray(FILE_HEADER + bytes.readUInt32LE(14)) : undefined
  const step = bits / 8
  for (let y = 0; y < height; y++) {
    const row = offset + stride * (isTopDown ? y : height - 1 - y)
    let to = y * width * 3
    for (let x = 0; x < width; x++) {
      const source = palette ?? bytes
      const from = palette ? (bytes[row + x] as number) * 4 : row + x * step
      if (from + 2 >= source.length) throw damaged()
      data[to++] = source[from + 2] as number
      data[to++] = source[from + 1] as number
      data[to++] = source[from] as number
    }
  }
  return { data, width, height, channels: 3 }
}

/** Encodes a BMP of 24 bits. */
export function encodeBmp({ data, width, height, channels }: RawImage): Buffer {
  const stride = Math.ceil((width * 24) / 32) * 4
  const bytes = Buffer.alloc(FILE_HEADER + INFO_HEADER + stride * height)
  bytes.write('BM', 0, 'latin1')
  bytes.writeUInt32LE(bytes.length, 2)
  bytes.writeUInt32LE(FILE_HEADER + INFO_HEADER, 10)
  bytes.writeUInt32LE(INFO_HEADER, 14)
  bytes.writeInt32LE(width, 18)
  bytes.writeInt32LE(height, 22)
  bytes.writeUInt16LE(1, 26)
  bytes.writeUInt16LE(24, 28)
  bytes.writeUInt32LE(stride * height, 34)
  for (let y = 0; y < height; y++) {
    let from = y * width * channels
    let to = FILE_HEADER + INFO_HEADER + stride * (height - 1 - y)
    for (let x = 0; x < width; x++, from += channels) {
      bytes[to++] = data[from + 2] as number
      bytes[to++] = data[from + 1] as number
      bytes[to++] = data[from] as number
    }
  }
  return bytes
}

function damaged(): ImageError {
  return new ImageError('InvalidImageFormat', 'The BMP file is damaged.', ERR_NO.formatNotSupported)
}

/** The luminance table of the JPEG standard (ITU T.81, table K.1), row by row. */
const LUMINANCE = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
  14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
  92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]

/** The sum of the table's entries for each quality, as libjpeg scales it. */
const SUMS = Array.from({ length: 100 }, (_, i) => {
  const quality = i + 1
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - quality * 2
  return LUMINANCE.reduce(
    (sum, entry) => sum + Math.min(255, Math.max(1, Math.floor((entry * scale + 50) / 100))),
    0,
  )
})

/**
 * Estimates the quality of a JPEG, 1 to 100, from its quantization table; undefined if there is none. Exact for files of
 * libjpeg, approximate for others.
 */
export function jpegQuality(bytes: Buffer): number | undefined {
  const sum = luminanceSum(bytes)
  if (sum === undefined) return undefined
  let best = 0
  for (const [i, tableSum] of SUMS.entries()) {
    if (Math.abs(tableSum - sum) <= Math.abs((SUMS[best] as number) - sum)) best = i
  }
  return best + 1
}

/** Scans the segments up to the first table with the identifier 0. */
function luminanceSum(bytes: Buffer): number | undefined {
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] as number
    if (marker === 0xda) return undefined
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    if (end > bytes.length) return undefined
    if (marker === 0xdb) {
      const sum = sumOfTable(bytes.subarray(at + 4, end))
      if (sum !== undefined) return sum
    }
    at = end
  }
  return undefined
}

function sumOfTable(segment: Buffer): number | undefined {
  let at = 0
  while (at < segment.length) {
    const head = segment[at] as number
    const width = head >> 4 === 0 ? 1 : 2
    const table = segment.subarray(at + 1, at + 1 + 64 * width)
    if (table.length < 64 * width) return undefined
    if ((head & 15) === 0) {
      let sum = 0
      for (let i = 0; i < 64; i++)
        sum += width === 1 ? (table[i] as number) : table.readUInt16BE(i * 2)
      return sum
    }
    at += 1 + 64 * width
  }
  return undefined
}

/** Tags by number (Exif 2.32), as far as cameras and phones write them. */
const TAGS: Record<number, string> = {
  270: 'ImageDescription',
  271: 'Make',
  272: 'Model',
  274: 'Orientation',
  282: 'XResolution',
  283: 'YResolution',
  296: 'ResolutionUnit',
  305: 'Software',
  306: 'DateTime',
  315: 'Artist',
  33432: 'Copyright',
  33434: 'ExposureTime',
  33437: 'FNumber',
  34850: 'ExposureProgram',
  34855: 'ISOSpeedRatings',
  36867: 'DateTimeOriginal',
  36868: 'DateTimeDigitized',
  37377: 'ShutterSpeedValue',
  37378: 'ApertureValue',
  37380: 'ExposureBiasValue',
  37383: 'MeteringMode',
  37385: 'Flash',
  37386: 'FocalLength',
  40961: 'ColorSpace',
  40962: 'PixelXDimension',
  40963: 'PixelYDimension',
  41986: 'ExposureMode',
  41987: 'WhiteBalance',
}
const GPS_TAGS: Record<number, string> = {
  1: 'GPSLatitudeRef',
  2: 'GPSLatitude',
  3: 'GPSLongitudeRef',
  4: 'GPSLongitude',
  5: 'GPSAltitudeRef',
  6: 'GPSAltitude',
}
const EXIF_POINTER = 0x8769
const GPS_POINTER = 0x8825
/** Bytes of one value, by type: BYTE, ASCII, SHORT, LONG, RATIONAL, …, SRATIONAL. */
const SIZES: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 9: 4, 10: 8 }
const MAX_ENTRIES = 500
const MAX_VALUES = 16

/** Reads EXIF tags in the format of the service: `{"Model": {"val": "…"}}`. Unreadable tags are left out. */
export function readExif(block: Buffer): Record<string, { val: string }> {
  const tiff = block.toString('latin1', 0, 4) === 'Exif' ? block.subarray(6) : block
  const order = tiff.toString('latin1', 0, 2)
  if (tiff.length < 8 || (order !== 'II' && order !== 'MM')) return {}
  const reader = new Reader(tiff, order === 'II')
  const tags: Record<string, { val: string }> = {}
  const first = reader.directory(reader.uint32(4), TAGS, tags)
  if (first.exif) reader.directory(first.exif, TAGS, tags)
  if (first.gps) reader.directory(first.gps, GPS_TAGS, tags)
  return tags
}

/** Reads a TIFF structure of either byte order. Values at offsets outside the block are 0. */
class Reader {
  readonly #bytes: Buffer
  readonly #isLittle: boolean

  constructor(bytes: Buffer, isLittle: boolean) {
    this.#bytes = bytes
    this.#isLittle = isLittle
  }

  uint16(at: number): number {
    if (at + 2 > this.#bytes.length) return 0
    return this.#isLittle ? this.#bytes.readUInt16LE(at) : this.#bytes.readUInt16BE(at)
  }

  uint32(at: number): number {
    if (at + 4 > this.#bytes.length) return 0
    return this.#isLittle ? this.#bytes.readUInt32LE(at) : this.#bytes.readUInt32BE(at)
  }

  directory(
    at: number,
    names: Record<number, string>,
    tags: Record<string, { val: string }>,
  ): { exif?: number; gps?: number } {
    const pointers: { exif?: number; gps?: number } = {}
    const count = Math.min(this.uint16(at), MAX_ENTRIES)
    for (let i = 0; i < count; i++) {
      const entry = at + 2 + i * 12
      const tag = this.uint16(entry)
      if (tag === EXIF_POINTER) pointers.exif = this.uint32(entry + 8)
      if (tag === GPS_POINTER) pointers.gps = this.uint32(entry + 8)
      const name = names[tag]
      const val = name === undefined ? undefined : this.#value(entry)
      if (name !== undefined && val) tags[name] = { val }
    }
    return pointers
  }

  #value(entry: number): string | undefined {
    const type = this.uint16(entry + 2)
    const count = this.uint32(entry + 4)
    const size = SIZES[type]
    if (size === undefined) return undefined
    const at = count * size <= 4 ? entry + 8 : this.uint32(entry + 8)
    if (at + count * size > this.#bytes.length) return undefined
    if (type === 2) {
      return this.#bytes
        .toString('utf8', at, at + count)
        .split('\0')[0]
        ?.trim()
    }
    const values = Array.from({ length: Math.min(count, MAX_VALUES) }, (_, i) =>
      this.#number(type, at + i * size),
    )
    return values.join(', ')
  }

  #number(type: number, at: number): string {
    if (type === 1) return String(this.#bytes[at] ?? 0)
    if (type === 3) return String(this.uint16(at))
    if (type === 4) return String(this.uint32(at))
    const signed = (offset: number) => this.uint32(offset) | 0
    if (type === 9) return String(signed(at))
    if (type === 10) return `${signed(at)}/${signed(at + 4)}`
    return `${this.uint32(at)}/${this.uint32(at + 4)}`
  }
}
