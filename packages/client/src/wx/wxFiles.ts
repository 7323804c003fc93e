import { wxCall } from './wxCall'
import type { WxLike } from './wxLike'

declare const wx: WxLike

/** `readFile` refuses larger files; `open` and `read` (base library 2.16.1) do not. */
const READ_FILE_LIMIT = 100 * 1024 * 1024

/** Part of a file. */
export interface FileRange {
  position: number
  length: number
  /** Size of the whole file: large ones are read in another way. */
  fileSize: number
}

/** Calls a function of the FileSystemManager. @throws what WeChat reports */
async function call<T>(name: string, options: object): Promise<T> {
  return wxCall(wx.getFileSystemManager(), name, options)
}

/** Size of a local file in bytes. @throws what WeChat reports */
export async function fileSize(path: string): Promise<number> {
  return (await call<{ stats: { size: number } }>('stat', { path })).stats.size
}

/** MD5 of a whole file in hex, by the system, outside of the thread that runs the app; if it can. */
export async function fileDigest(filePath: string): Promise<string | undefined> {
  return (await call<{ digest?: string }>('getFileInfo', { filePath, digestAlgorithm: 'md5' }))
    .digest
}

/** Part of a local file, or all of it. @throws what WeChat reports */
export async function readFile(filePath: string, range?: FileRange): Promise<ArrayBuffer> {
  const { position = 0, length = 0, fileSize = 0 } = range || {}
  if (fileSize <= READ_FILE_LIMIT) {
    // A range of an empty file is an error to WeChat.
    const part = fileSize ? { position, length } : {}
    return (await call<{ data: ArrayBuffer }>('readFile', { filePath, ...part })).data
  }
  const { fd } = await call<{ fd: string }>('open', { filePath, flag: 'r' })
  try {
    const arrayBuffer = new ArrayBuffer(length)
    for (let offset = 0; offset < length; ) {
      const rest = { length: length - offset, position: position + offset }
      const read = { fd, arrayBuffer, offset, ...rest }
      const { bytesRead } = await call<{ bytesRead: number }>('read', read)
      if (!bytesRead) throw { errMsg: 'read:fail the file has become shorter' }
      offset += bytesRead
    }
    return arrayBuffer
  } finally {
    await call('close', { fd }).catch(() => {})
  }
}
