/** The luminance table of the JPEG standard (ITU T.81, table K.1), row by row. */
const LUMINANCE = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56,
  14, 17, 22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113,
  92, 49, 64, 78, 87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
]

/** The sum of the table's entries for each quality, as libjpeg scales it. */
const SUMS = Array.from({ length: 100 }, (_, i) => {
  const quality = i + 1
  const scale = quality < 50 ? Math.floor(5000 / quality) : 200 - quality * 2
  return LUMINANCE.reduce(
    (sum, entry) => sum + Math.min(255, Math.max(1, Math.floor((entry * scale + 50) / 100))),
    0,
  )
})

/**
 * Estimates the quality of a JPEG, 1 to 100, from its quantization table; undefined if there is none. Exact for files of
 * libjpeg, approximate for others.
 */
export function jpegQuality(bytes: Buffer): number | undefined {
  const sum = luminanceSum(bytes)
  if (sum === undefined) return undefined
  let best = 0
  for (const [i, tableSum] of SUMS.entries()) {
    if (Math.abs(tableSum - sum) <= Math.abs((SUMS[best] as number) - sum)) best = i
  }
  return best + 1
}

/** Scans the segments up to the first table with the identifier 0. */
function luminanceSum(bytes: Buffer): number | undefined {
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] as number
    if (marker === 0xda) return undefined
    const end = at + 2 + bytes.readUInt16BE(at + 2)
    if (end > bytes.length) return undefined
    if (marker === 0xdb) {
      const sum = sumOfTable(bytes.subarray(at + 4, end))
      if (sum !== undefined) return sum
    }
    at = end
  }
  return undefined
}

function sumOfTable(segment: Buffer): number | undefined {
  let at = 0
  while (at < segment.length) {
    const head = segment[at] as number
    const width = head >> 4 === 0 ? 1 : 2
    const table = segment.subarray(at + 1, at + 1 + 64 * width)
    if (table.length < 64 * width) return undefined
    if ((head & 15) === 0) {
      let sum = 0
      for (let i = 0; i < 64; i++)
        sum += width === 1 ? (table[i] as number) : table.readUInt16BE(i * 2)
      return sum
    }
    at += 1 + 64 * width
  }
  return undefined
}
