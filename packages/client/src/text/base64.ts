const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Bytes in hex as base64: three digits of the one are two of the other. crypto-js's own is 1 KB. */
export function hexToBase64(hex: string): string {
  let text = ''
  for (let i = 0; i < hex.length; i += 3) {
    const bits = Number.parseInt(hex.slice(i, i + 3).padEnd(3, '0'), 16)
    text += `${DIGITS[bits >> 6]}${DIGITS[bits & 63]}`
  }
  return text.slice(0, Math.ceil((hex.length * 2) / 3)).padEnd(Math.ceil(hex.length / 6) * 4, '=')
}
