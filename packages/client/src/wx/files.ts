import { cosError } from '@miniprogram-cos/protocol'
import { missingParam } from '../request/errors'
import { platformCode } from '../request/failedRequest'
import { errorMessage, type WxLike, wxCall } from './wx'

declare const wx: WxLike

/** `readFile` may refuse larger files; `open` and `read` (base library 2.16.1) do not. */
const READ_FILE_LIMIT = 100 * 1024 * 1024

/** Part of a file. */
export interface FileRange {
  position: number
  length: number
  /** Size of the whole file, which determines how it is read. */
  fileSize: number
}

/** Calls a function of the FileSystemManager. @throws what WeChat reports */
export async function callFileSystem<T>(name: string, options: object): Promise<T> {
  return wxCall(wx.getFileSystemManager(), name, options)
}

/** Size of a local file in bytes. @throws what WeChat reports */
export async function statSize(path: string): Promise<number> {
  return (await callFileSystem<{ stats: { size: number } }>('stat', { path })).stats.size
}

/** MD5 of a whole file in hex, computed by the system outside the app thread, if it supports that. */
export async function fileDigest(filePath: string): Promise<string | undefined> {
  return (
    await callFileSystem<{ digest?: string }>('getFileInfo', { filePath, digestAlgorithm: 'md5' })
  ).digest
}

/** Part of a local file, or all of it. @throws what WeChat reports */
export async function readFile(filePath: string, range?: FileRange): Promise<ArrayBuffer> {
  const { position = 0, length = 0, fileSize = 0 } = range || {}
  // If `open` is missing or fails, `readFile` is used: on some platforms it reads part of a file of any size.
  const opened =
    fileSize > READ_FILE_LIMIT &&
    callFileSystem<{ fd: string }>('open', { filePath, flag: 'r' }).catch(() => undefined)
  const { fd = '' } = (await opened) || {}
  if (!fd) {
    // WeChat fails for a range of an empty file.
    const part = fileSize ? { position, length } : {}
    return (await callFileSystem<{ data: ArrayBuffer }>('readFile', { filePath, ...part })).data
  }
  try {
    const arrayBuffer = new ArrayBuffer(length)
    for (let offset = 0; offset < length; ) {
      const rest = { length: length - offset, position: position + offset }
      const read = { fd, arrayBuffer, offset, ...rest }
      const { bytesRead } = await callFileSystem<{ bytesRead: number }>('read', read)
      if (!bytesRead) throw { errMsg: 'read:fail the file has shrunk' }
      offset += bytesRead
    }
    return arrayBuffer
  } finally {
    await callFileSystem('close', { fd }).catch(() => {})
  }
}

/** Size of a local file in bytes. @throws CosError `KitMissingParam`, `KitFileUnreadable` */
export const fileSize = (path: unknown): Promise<number> => onFile(statSize, path)

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
    const message = `cannot read ${path}: ${errorMessage(cause)}`
    throw cosError('argument', platformCode(cause) || 'KitFileUnreadable', message, { cause })
  })
}

/** A full or missing storage prevents resuming, but must not fail an upload. */
function ifPossible<T>(run: () => T): T | undefined {
  try {
    return run()
  } catch {
    return undefined
  }
}

/** Returns a stored value; undefined if there is none, or no storage. */
export const load = (name: string): unknown => ifPossible(() => wx.getStorageSync(name))

/** Stores a value. @returns whether it was stored */
export const save = (name: string, value: unknown): boolean =>
  ifPossible(() => {
    wx.setStorageSync(name, value)
    return true
  }) || false
