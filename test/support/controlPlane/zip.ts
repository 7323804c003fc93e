import { strToU8, unzipSync, zipSync } from 'fflate'

/** A ZIP of one file. */
export function zip(name: string, content: string): Buffer {
  return Buffer.from(zipSync({ [name]: strToU8(content) }))
}

/** The files of a ZIP by their names. */
export function unzip(archive: Buffer): Map<string, Buffer> {
  const files = Object.entries(unzipSync(archive)).filter(([name]) => !name.endsWith('/'))
  return new Map(files.map(([name, content]) => [name, Buffer.from(content)]))
}
