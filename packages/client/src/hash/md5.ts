import CryptoJS from 'crypto-js/core'
import md5 from 'crypto-js/md5'
import { hexToBase64 } from '../text/base64'

/** Content-MD5: base64 of the MD5 of a text's UTF-8, or of bytes. */
export function contentMd5(content: string | ArrayBuffer): string {
  return hexToBase64(md5(typeof content === 'string' ? content : toWords(content)).toString())
}

/** The MD5 of a text's UTF-8, or of bytes, in hex. */
export function hexMd5(content: string | ArrayBuffer): string {
  return md5(typeof content === 'string' ? content : toWords(content)).toString()
}

/** crypto-js hashes arrays of big-endian 32-bit words. */
function toWords(buffer: ArrayBuffer) {
  const bytes = new Uint8Array(buffer)
  const words: number[] = new Array((bytes.length + 3) >> 2).fill(0)
  for (let i = 0; i < bytes.length; i++) {
    words[i >> 2] = (words[i >> 2] as number) | ((bytes[i] as number) << (24 - (i & 3) * 8))
  }
  return CryptoJS.lib.WordArray.create(words, bytes.length)
}
