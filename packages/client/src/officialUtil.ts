import { readXml, writeXml } from '@miniprogram-cos/protocol'
import { hexMd5 } from './hash/md5'
import { toBase64 } from './text/base64'
import { utf8Bytes } from './text/utf8'

/** `COS.util` of cos-wx-sdk-v5, which apps use for what they send themselves. */
export interface OfficialUtil {
  /** The MD5 of a text's UTF-8, or of bytes, in hex. */
  md5(content: string | ArrayBuffer): string
  /** Reads an XML document: elements by name, texts as they are, repeated elements as lists. */
  xml2json(xml: string): object
  /** Writes plain data as XML without a declaration. */
  json2xml(data: object): string
  /** Base64 of a text's UTF-8; `safe` for URLs: `-` and `_`, no padding. */
  encodeBase64(text: string, safe?: boolean): string
}

export const officialUtil: OfficialUtil = {
  md5: hexMd5,
  xml2json: readXml,
  json2xml: writeXml,
  encodeBase64(text, safe) {
    const encoded = toBase64(utf8Bytes(text))
    return safe ? encoded.replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '') : encoded
  },
}
