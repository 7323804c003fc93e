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
