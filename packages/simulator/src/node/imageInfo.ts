import { promises as fs } from 'node:fs'
import { WxError } from '../wxRules/callbacks'
import type { FileSpace } from './files'

interface Size {
  type: 'gif' | 'jpeg' | 'png' | 'webp'
  width: number
  height: number
  /** From EXIF. */
  orientation?: string | undefined
}

/**
 * `wx.getImageInfo` of a file of the phone, from the picture's header. Width and height are those of the file;
 * the orientation is not applied.
 * @throws WxError for a format other than PNG, JPEG, GIF and WebP
 */
export async function imageInfo(files: FileSpace, src: string) {
  const bytes = await fs.readFile(files.resolve(src)).catch(() => {
    throw new WxError('getImageInfo:fail file not found')
  })
  const size = readSize(bytes)
  if (!size) throw new WxError('getImageInfo:fail image decode fail')
  return { ...size, path: src, orientation: size.orientation ?? 'up' }
}

function readSize(bytes: Buffer): Size | undefined {
  const starts = (text: string, at = 0) => bytes.toString('latin1', at, at + text.length) === text
  if (starts('\x89PNG') && bytes.length >= 24) {
    return { type: 'png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
  }
  if (starts('GIF8') && bytes.length >= 10) {
    return { type: 'gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
  }
  if (starts('\xff\xd8')) return readJpegSize(bytes)
  return starts('RIFF') && starts('WEBP', 8) && bytes.length >= 30 ? readWebpSize(bytes) : undefined
}

/** Skips segments up to the frame header, which has the size; EXIF is in a segment before it. */
function readJpegSize(bytes: Buffer): Size | undefined {
  let orientation: string | undefined
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) {
      const [height, width] = [bytes.readUInt16BE(at + 5), bytes.readUInt16BE(at + 7)]
      return { type: 'jpeg', width, height, orientation }
    }
    const next = at + 2 + bytes.readUInt16BE(at + 2)
    if (marker === 0xe1) orientation ??= readOrientation(bytes.subarray(at + 4, next))
    at = next
  }
  return undefined
}

/** `orientation` of wx.getImageInfo for the EXIF values 1 to 8. */
const ORIENTATIONS = [
  'up',
  'up-mirrored',
  'down',
  'down-mirrored',
  'left-mirrored',
  'right',
  'right-mirrored',
  'left',
]

/** The entry 274 in the first directory of an EXIF segment (Exif 2.32, 4.6). */
function readOrientation(segment: Buffer): string | undefined {
  if (segment.toString('latin1', 0, 6) !== 'Exif\0\0') return undefined
  const tiff = segment.subarray(6)
  const isLittle = tiff.toString('latin1', 0, 2) === 'II'
  // Bytes outside the segment are 0.
  const read = (at: number, size: 2 | 4): number => {
    if (at + size > tiff.length) return 0
    return isLittle ? tiff.readUIntLE(at, size) : tiff.readUIntBE(at, size)
  }
  const directory = read(4, 4)
  for (let i = 0, count = read(directory, 2); i < count; i++) {
    const entry = directory + 2 + 12 * i
    if (read(entry, 2) === 274) return ORIENTATIONS[read(entry + 8, 2) - 1]
  }
  return undefined
}

/** Extended, lossless and lossy files keep it at different places (RFC 9649). */
function readWebpSize(bytes: Buffer): Size {
  const chunk = bytes.toString('latin1', 12, 16)
  if (chunk === 'VP8X') {
    return { type: 'webp', width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 }
  }
  if (chunk === 'VP8L') {
    const bits = bytes.readUInt32LE(21)
    return { type: 'webp', width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
  }
  const [width, height] = [bytes.readUInt16LE(26) & 0x3fff, bytes.readUInt16LE(28) & 0x3fff]
  return { type: 'webp', width, height }
}
