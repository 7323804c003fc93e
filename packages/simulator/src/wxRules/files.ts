import { type CallbackOptions, WxError } from './callbacks'

// WeChat's rules for files. Node and the browser differ only in where they store the content.

/** The folder of the app's own files. */
export const USER_DATA = 'wxfile://usr'

/** Size limit of readFile, in bytes (FileSystemManager.readFile page of the WeChat documents). */
const READ_FILE_LIMIT = 100 * 1024 * 1024

export interface ReadFileOptions extends CallbackOptions {
  filePath: string
  encoding?: string
  position?: number
  length?: number
}

export interface WriteFileOptions extends CallbackOptions {
  filePath: string
  data: string | ArrayBuffer
  encoding?: string | undefined
}

export interface ReadOptions extends CallbackOptions {
  fd: string
  arrayBuffer: ArrayBuffer
  offset?: number
  length?: number
  position?: number
}

/** @param name the call that fails */
export function noSuchFile(name: string, path: string): WxError {
  return new WxError(`${name}:fail no such file or directory "${path}"`, { errno: 1300002 })
}

/** @param name the call that fails */
export function badDescriptor(name: string): WxError {
  return new WxError(`${name}:fail bad file descriptor`, { errno: 1300009 })
}

/** The bytes that `readFile` reads of a file. @throws WxError for a range that WeChat refuses */
export function readRange(
  size: number,
  { position, length }: { position?: number; length?: number },
): { from: number; count: number } {
  if (size > READ_FILE_LIMIT) {
    throw new WxError('readFile:fail the maximum size of the file is exceeded', { errno: 1300202 })
  }
  const isRanged = position !== undefined || length !== undefined
  const from = position ?? 0
  const count = length ?? size - from
  if (isRanged && (from < 0 || from >= size)) {
    throw new WxError('readFile:fail invalid position', { errno: 1300004 })
  }
  if (isRanged && (count < 1 || count > size)) {
    throw new WxError('readFile:fail invalid length', { errno: 1300004 })
  }
  return { from, count: Math.min(count, size - from) }
}
