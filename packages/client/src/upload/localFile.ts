import { CosError } from '@miniprogram-cos/protocol'
import type { FileRange, Platform } from '../platform'

/** Size of a local file in bytes. @throws CosError `KitMissingParam`, `KitFileUnreadable` */
export function sizeOfFile(platform: Platform, path: unknown): Promise<number> {
  return onFile(path, (name) => platform.fileSize(name))
}

/** A local file's content, or part of it. @throws CosError */
export function readLocalFile(
  platform: Platform,
  path: unknown,
  range?: FileRange,
): Promise<ArrayBuffer> {
  return onFile(path, (name) => platform.readFile(name, range))
}

async function onFile<T>(path: unknown, run: (path: string) => Promise<T>): Promise<T> {
  if (typeof path !== 'string' || path === '') {
    const message = 'missing param FilePath'
    throw new CosError({ kind: 'argument', code: 'KitMissingParam', message, error: message })
  }
  try {
    return await run(path)
  } catch (cause) {
    throw new CosError({
      kind: 'argument',
      code: 'KitFileUnreadable',
      message: `cannot read ${path}: ${(cause as Error).message}`,
      cause,
    })
  }
}
