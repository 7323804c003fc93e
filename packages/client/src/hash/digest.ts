/** What an algorithm makes of its state and one block of 16 words: what is added to the state. */
export type Rounds = (state: number[], words: number[]) => number[]

/** Bytes, however they are held: plain arrays are made much faster than typed ones, which files come in. */
export type Bytes = ArrayLike<number>

/** What MD5 and SHA-1 have in common: 64-byte blocks, and the length in bits at the end (RFC 1321, 3174). */
export function digest(
  bytes: Bytes,
  initial: number[],
  rounds: Rounds,
  isLittleEndian: boolean,
): number[] {
  const { length } = bytes
  const size = ((length + 72) >> 6) << 6
  const shift = (i: number) => 8 * (isLittleEndian ? i & 3 : ~i & 3)
  const state = [...initial]
  const words: number[] = []
  for (let at = 0; at < size; ) {
    for (let i = 0; i < 16; i++) {
      let word = 0
      for (let end = at + 4; at < end; at++) {
        const byte = at < length ? (bytes[at] as number) : at === length ? 128 : 0
        word |= byte << shift(at)
      }
      words[i] = word
    }
    if (at === size) {
      words[isLittleEndian ? 14 : 15] = length << 3
      words[isLittleEndian ? 15 : 14] = length >>> 29
    }
    const sum = rounds(state, words)
    for (let i = 0; i < sum.length; i++) state[i] = ((state[i] as number) + (sum[i] as number)) | 0
  }
  const result: number[] = []
  for (let i = 0; i < state.length * 4; i++) {
    result.push(((state[i >> 2] as number) >>> shift(i)) & 255)
  }
  return result
}

export function rotateLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

export function hexOf(bytes: number[]): string {
  return bytes.map((byte) => (byte + 256).toString(16).slice(1)).join('')
}
