/** Names of the table's rows: their UTF-8 bytes are the order of COS's lists. No key contains NUL. */
export const row = {
  schema: () => bytes('schema'),
  bucket: (name: string) => bytes(`bucket\0${name}`),
  object: (bucket: string, key: string) => bytes(`object\0${bucket}\0${key}`),
  /** Versions of one key, newest first. */
  version: (bucket: string, key: string, sequence: number) =>
    bytes(`version\0${bucket}\0${key}\0${newestFirst(sequence)}`),
  upload: (bucket: string, key: string, id: string) => bytes(`upload\0${bucket}\0${key}\0${id}`),
  uploadId: (id: string) => bytes(`uploadId\0${id}`),
  part: (id: string, number: number) => bytes(`part\0${id}\0${String(number).padStart(5, '0')}`),
  small: (blob: string) => bytes(`small\0${blob}`),
  loose: (blob: string) => bytes(`loose\0${blob}`),
}

export function bytes(text: string): Buffer {
  return Buffer.from(text, 'utf8')
}

/** Just behind every row that starts with the prefix: UTF-8 has no byte 0xFF. */
export function after(prefix: Buffer): Buffer {
  return Buffer.concat([prefix, Buffer.from([0xff])])
}

function newestFirst(sequence: number): string {
  return String(Number.MAX_SAFE_INTEGER - sequence).padStart(16, '0')
}
