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
