import { contentTypeOf } from '@miniprogram-cos/protocol'

/** The bytes needed to recognise all types below. */
export const TYPE_BYTES = 32

/** The signatures of file types: the type, its usual extension, and a pattern of the bytes as Latin-1 characters. */
const SIGNATURES: [type: string, extension: string, beginning: RegExp][] = [
  ['image/jpeg', 'jpg', /^\xff\xd8\xff/],
  ['image/png', 'png', /^\x89PNG\r\n/],
  ['image/gif', 'gif', /^GIF8[79]a/],
  ['image/webp', 'webp', /^RIFF[\s\S]{4}WEBP/],
  ['image/bmp', 'bmp', /^BM[\s\S]{4}[^ -\xff]{4}/],
  ['image/avif', 'avif', /^[\s\S]{4}ftypavi[fs]/],
  ['image/heic', 'heic', /^[\s\S]{4}ftyp(hei[cxms]|hev[cxm]|mif1|msf1)/],
  ['video/quicktime', 'mov', /^[\s\S]{4}ftypqt {2}/],
  ['audio/mp4', 'm4a', /^[\s\S]{4}ftypM4[AB] /],
  ['video/3gpp', '3gp', /^[\s\S]{4}ftyp3g[p2]/],
  ['video/mp4', 'mp4', /^[\s\S]{4}ftyp/],
  ['video/webm', 'webm', /^[\s\S]E\xdf\xa3/],
  ['audio/mpeg', 'mp3', /^(ID3|\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff])/],
  ['audio/x-aac', 'aac', /^\xff[\xf0\xf1\xf8\xf9]/],
  ['audio/wav', 'wav', /^RIFF[\s\S]{4}WAVE/],
  ['audio/ogg', 'ogg', /^OggS/],
  ['audio/amr', 'amr', /^#!AMR/],
  ['application/pdf', 'pdf', /^%PDF-/],
]

/** Types whose content always has a signature; a file name alone is not enough. */
const WITH_SIGNATURE = /^(image\/(?!svg)|video\/|audio\/)|pdf$/

export interface FileType {
  /** `image/jpeg` … */
  ContentType: string
  /** With its dot; empty if there is none. */
  extension: string
}

/**
 * Detects the type of a file by its first bytes or, for types without a signature such as text, by its name. A file with
 * the name of a picture, video or recording but without its signature is `application/octet-stream`.
 */
export function fileTypeOf(bytes: Uint8Array, name: string): FileType {
  let beginning = ''
  for (const byte of bytes.subarray(0, TYPE_BYTES)) beginning += String.fromCharCode(byte)
  for (const [ContentType, extension, pattern] of SIGNATURES) {
    if (pattern.test(beginning)) return { ContentType, extension: `.${extension}` }
  }
  const [extension = ''] = /\.\w{1,10}$/.exec(name.toLowerCase()) || []
  const typeByName = contentTypeOf(extension)
  return {
    ContentType: WITH_SIGNATURE.test(typeByName) ? 'application/octet-stream' : typeByName,
    extension,
  }
}
