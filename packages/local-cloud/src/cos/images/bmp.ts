import { ERR_NO, ImageError } from './imageError'

/** Uncompressed pixels, row by row from the top. */
export interface RawImage {
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
