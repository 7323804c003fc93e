import { contentTypeOf } from '@miniprogram-cos/protocol'

/** So many bytes tell all types below. */
export const TYPE_BYTES = 32

/** How files of a type begin: the type, its usual extension, and a pattern of the bytes as Latin-1 characters. */
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

/** Types whose content has a signature: a name alone does not prove them. */
const PROVEN = /^(image\/(?!svg)|video\/|audio\/)|pdf$/

/** The type of a file. */
export interface FileType {
  /** `image/jpeg` … */
  ContentType: string
  /** With its dot; empty if there is none. */
  extension: string
}

/**
 * The type of a file by its first bytes; for types without a signature, documents and texts, by its name. A file that
 * only has the name of a picture, a video or a recording is `application/octet-stream`.
 */
export function fileTypeOf(bytes: Uint8Array, name: string): FileType {
  let beginning = ''
  for (const byte of bytes.subarray(0, TYPE_BYTES)) beginning += String.fromCharCode(byte)
  for (const [ContentType, extension, pattern] of SIGNATURES) {
    if (pattern.test(beginning)) return { ContentType, extension: `.${extension}` }
  }
  const [extension = ''] = /\.\w{1,10}$/.exec(name.toLowerCase()) || []
  const named = contentTypeOf(extension)
  return { ContentType: PROVEN.test(named) ? 'application/octet-stream' : named, extension }
}
