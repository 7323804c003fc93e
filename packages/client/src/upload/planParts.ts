const MIB = 1024 * 1024

export interface Part {
  PartNumber: number
  position: number
  length: number
}

/** The part size that a file needs: the wanted one, or the next power of two MiB that makes few enough parts. */
export function partSizeFor(fileSize: number, wanted: number, maxParts: number): number {
  let size = MIB
  while (Math.ceil(fileSize / size) > maxParts) size *= 2
  return Math.max(size, wanted)
}

/** Cuts a file into parts of equal size, the last one smaller. */
export function planParts(fileSize: number, partSize: number): Part[] {
  const parts: Part[] = []
  for (let position = 0; position < fileSize; position += partSize) {
    parts.push({
      PartNumber: parts.length + 1,
      position,
      length: Math.min(partSize, fileSize - position),
    })
  }
  return parts
}
