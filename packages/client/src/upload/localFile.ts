import { cosError } from '@miniprogram-cos/protocol'
import { missingParam } from '../request/failures'
import { textOf } from '../text/textOf'
import { type FileRange, fileSize, readFile } from '../wx/wxFiles'

/** Size of a local file in bytes. @throws CosError `KitMissingParam`, `KitFileUnreadable` */
export const sizeOfFile = (path: unknown): Promise<number> => onFile(fileSize, path)

/** A local file's content, or part of it. @throws CosError `KitMissingParam`, `KitFileUnreadable` */
export const readLocalFile = (path: unknown, range?: FileRange): Promise<ArrayBuffer> =>
  onFile(readFile, path, range)

async function onFile<T>(
  run: (path: string, range?: FileRange) => Promise<T>,
  path: unknown,
  range?: FileRange,
): Promise<T> {
  if (typeof path !== 'string' || !path) throw missingParam('FilePath')
  return run(path, range).catch((cause) => {
    const message = `cannot read ${path}: ${textOf(cause)}`
    throw cosError('argument', 'KitFileUnreadable', message, { cause })
  })
}
