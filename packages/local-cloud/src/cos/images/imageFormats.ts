import type { ImageFormat } from './imagePipeline'

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
