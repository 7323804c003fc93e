/**
 * CRC-64/XZ, which COS returns as `x-cos-hash-crc64ecma` (document 436/40334). Slicing-by-8 over pairs
 * of 32-bit words: BigInt arithmetic would be forty times slower.
 */

// Reflected polynomial 0xC96C5795D7870F42, high and low word.
const POLY_HI = 0xc96c5795
const POLY_LO = 0xd7870f42

/** Eight tables of 256 entries, one after the other: table t is for a byte that t bytes follow. */
const HI = new Uint32Array(8 * 256)
const LO = new Uint32Array(8 * 256)

for (let n = 0; n < HI.length; n++) {
  let hi = n < 256 ? 0 : at(HI, n - 256)
  let lo = n < 256 ? n : at(LO, n - 256)
  for (let bit = 0; bit < 8; bit++) {
    const odd = lo & 1
    lo = (lo >>> 1) | ((hi & 1) << 31)
    hi = (hi >>> 1) ^ (odd ? POLY_HI : 0)
    if (odd) lo ^= POLY_LO
  }
  HI[n] = hi
  LO[n] = lo
}

function at(table: Uint32Array | Uint8Array, index: number): number {
  return table[index] as number
}

/** The next four bytes, the first of them lowest. */
function word(bytes: Uint8Array, i: number): number {
  return (
    at(bytes, i) | (at(bytes, i + 1) << 8) | (at(bytes, i + 2) << 16) | (at(bytes, i + 3) << 24)
  )
}

/** The sum of the eight tables' entries for the bytes of two words. */
function lookUp(table: Uint32Array, a: number, b: number): number {
  return (
    at(table, 0x700 | (a & 255)) ^
    at(table, 0x600 | ((a >>> 8) & 255)) ^
    at(table, 0x500 | ((a >>> 16) & 255)) ^
    at(table, 0x400 | (a >>> 24)) ^
    at(table, 0x300 | (b & 255)) ^
    at(table, 0x200 | ((b >>> 8) & 255)) ^
    at(table, 0x100 | ((b >>> 16) & 255)) ^
    at(table, b >>> 24)
  )
}

/** Computes a CRC-64 chunk by chunk. */
export class Crc64 {
  #hi = 0xffffffff
  #lo = 0xffffffff

  update(bytes: Uint8Array): this {
    let hi = this.#hi
    let lo = this.#lo
    const whole = bytes.length - (bytes.length % 8)
    let i = 0
    for (; i < whole; i += 8) {
      const a = lo ^ word(bytes, i)
      const b = hi ^ word(bytes, i + 4)
      hi = lookUp(HI, a, b)
      lo = lookUp(LO, a, b)
    }
    for (; i < bytes.length; i++) {
      const index = (lo ^ at(bytes, i)) & 255
      lo = ((lo >>> 8) | (hi << 24)) ^ at(LO, index)
      hi = (hi >>> 8) ^ at(HI, index)
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
