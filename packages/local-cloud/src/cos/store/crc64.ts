/**
 * CRC-64/XZ, which COS returns as `x-cos-hash-crc64ecma` (document 436/40334). Slicing-by-8 over pairs
 * of 32-bit words: BigInt arithmetic would be forty times slower.
 */

// Reflected polynomial 0xC96C5795D7870F42, high and low word.
const POLY_HI = 0xc96c5795
const POLY_LO = 0xd7870f42

const HI: Uint32Array[] = []
const LO: Uint32Array[] = []

for (let t = 0; t < 8; t++) {
  HI.push(new Uint32Array(256))
  LO.push(new Uint32Array(256))
}
for (let n = 0; n < 256; n++) {
  let hi = 0
  let lo = n
  for (let bit = 0; bit < 8; bit++) {
    const odd = lo & 1
    lo = (lo >>> 1) | ((hi & 1) << 31)
    hi >>>= 1
    if (odd) {
      hi ^= POLY_HI
      lo ^= POLY_LO
    }
  }
  ;(HI[0] as Uint32Array)[n] = hi
  ;(LO[0] as Uint32Array)[n] = lo
}
for (let n = 0; n < 256; n++) {
  let hi = (HI[0] as Uint32Array)[n] as number
  let lo = (LO[0] as Uint32Array)[n] as number
  for (let t = 1; t < 8; t++) {
    const index = lo & 0xff
    lo = ((lo >>> 8) | (hi << 24)) ^ ((LO[0] as Uint32Array)[index] as number)
    hi = (hi >>> 8) ^ ((HI[0] as Uint32Array)[index] as number)
    ;(HI[t] as Uint32Array)[n] = hi
    ;(LO[t] as Uint32Array)[n] = lo
  }
}
type Tables = [
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
  Uint32Array,
]
const [H0, H1, H2, H3, H4, H5, H6, H7] = HI as Tables
const [L0, L1, L2, L3, L4, L5, L6, L7] = LO as Tables

/** Computes a CRC-64 chunk by chunk. */
export class Crc64 {
  #hi = 0xffffffff
  #lo = 0xffffffff

  update(bytes: Uint8Array): this {
    let hi = this.#hi
    let lo = this.#lo
    const end = bytes.length
    const whole = end - (end % 8)
    let i = 0
    while (i < whole) {
      const a =
        lo ^
        ((bytes[i] as number) |
          ((bytes[i + 1] as number) << 8) |
          ((bytes[i + 2] as number) << 16) |
          ((bytes[i + 3] as number) << 24))
      const b =
        hi ^
        ((bytes[i + 4] as number) |
          ((bytes[i + 5] as number) << 8) |
          ((bytes[i + 6] as number) << 16) |
          ((bytes[i + 7] as number) << 24))
      i += 8
      hi =
        (H7[a & 255] as number) ^
        (H6[(a >>> 8) & 255] as number) ^
        (H5[(a >>> 16) & 255] as number) ^
        (H4[a >>> 24] as number) ^
        (H3[b & 255] as number) ^
        (H2[(b >>> 8) & 255] as number) ^
        (H1[(b >>> 16) & 255] as number) ^
        (H0[b >>> 24] as number)
      lo =
        (L7[a & 255] as number) ^
        (L6[(a >>> 8) & 255] as number) ^
        (L5[(a >>> 16) & 255] as number) ^
        (L4[a >>> 24] as number) ^
        (L3[b & 255] as number) ^
        (L2[(b >>> 8) & 255] as number) ^
        (L1[(b >>> 16) & 255] as number) ^
        (L0[b >>> 24] as number)
    }
    while (i < end) {
      const index = (lo ^ (bytes[i++] as number)) & 255
      lo = ((lo >>> 8) | (hi << 24)) ^ (L0[index] as number)
      hi = (hi >>> 8) ^ (H0[index] as number)
    }
    this.#hi = hi
    this.#lo = lo
    return this
  }

  /** The value as COS writes it: an unsigned decimal number. */
  decimal(): string {
    const hi = BigInt(~this.#hi >>> 0)
    const lo = BigInt(~this.#lo >>> 0)
    return ((hi << 32n) | lo).toString()
  }
}

/** The CRC-64 of two concatenated pieces, computed from the CRCs of the pieces alone. */
export function combineCrc64(first: string, second: string, secondLength: number): string {
  if (lastShift.length !== secondLength) {
    lastShift = { length: secondLength, factor: shiftFactor(secondLength) }
  }
  return (multiply(BigInt(first), lastShift.factor) ^ BigInt(second)).toString()
}

/** The parts of an upload have one length, so its factor is computed once. */
let lastShift = { length: 0, factor: 1n << 63n }

/** Appending zero bytes multiplies by x^8 each time, in GF(2) modulo the polynomial. */
function shiftFactor(length: number): bigint {
  let factor = 1n << 63n // x^0 in reflected order
  let base = 1n << 55n // x^8
  for (let n = length; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) factor = multiply(factor, base)
    base = multiply(base, base)
  }
  return factor
}

const POLY = (BigInt(POLY_HI >>> 0) << 32n) | BigInt(POLY_LO >>> 0)

function multiply(a: bigint, b: bigint): bigint {
  let product = 0n
  let row = b
  for (let bit = 63n; bit >= 0n; bit--) {
    if ((a >> bit) & 1n) product ^= row
    row = row & 1n ? (row >> 1n) ^ POLY : row >> 1n
  }
  return product
}
