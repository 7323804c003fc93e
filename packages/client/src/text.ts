/** The fields that every failed call of `wx` reports. */
export interface WxFailure {
  errMsg?: string
  errno?: number
}

/** The message of whatever was thrown. */
export function errorMessage(error: unknown): string {
  const { errMsg, message }: WxFailure & { message?: string } = error || {}
  return errMsg || message || String(error)
}

/** Bytes of a text's UTF-8; phones have no TextEncoder. */
export function utf8Bytes(text: string): number[] {
  const binary = unescape(encodeURIComponent(text))
  const bytes: number[] = []
  for (let i = 0; i < binary.length; i++) bytes.push(binary.charCodeAt(i))
  return bytes
}

/** UTF-8 bytes as text. Phones have no TextDecoder; error bodies may arrive as bytes. */
export function decodeUtf8(buffer: ArrayBuffer): string {
  const bytes = new Uint8Array(buffer)
  let text = ''
  for (let i = 0; i < bytes.length; ) {
    const first = bytes[i++] as number
    const more = first < 0x80 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3
    let code = more === 0 ? first : first & (0x3f >> more)
    for (let n = 0; n < more; n++) code = (code << 6) | ((bytes[i++] as number) & 0x3f)
    text += String.fromCodePoint(code > 0x10ffff ? 0xfffd : code)
  }
  return text
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Bytes as base64; phones have no btoa. */
export function toBase64(bytes: number[]): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b, c] = bytes.slice(i, i + 3)
    const bits = (a << 16) | ((b || 0) << 8) | (c || 0)
    text += DIGITS[bits >> 18] as string
    text += DIGITS[(bits >> 12) & 63] as string
    text += b === undefined ? '=' : (DIGITS[(bits >> 6) & 63] as string)
    text += c === undefined ? '=' : (DIGITS[bits & 63] as string)
  }
  return text
}
