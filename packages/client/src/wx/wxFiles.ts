import type { FileRange } from '../platform'
import { theWx, type WxFailure, type WxFileSystem } from './wxLike'
import { failureOf } from './wxRequest'

/** `readFile` refuses larger files; `open` and `read` (base library 2.16.1) do not. */
const READ_FILE_LIMIT = 100 * 1024 * 1024

/** Calls a FileSystemManager method as a promise. */
function call<T>(method: keyof WxFileSystem, options: object): Promise<T> {
  return new Promise((resolve, reject) => {
    const fs = theWx().getFileSystemManager()
    const run = fs[method]
    if (!run) {
      reject(failureOf(undefined, `${method}:fail is not supported`))
      return
    }
    run.call(fs, {
      ...options,
      success: resolve,
      fail: (failure: WxFailure) => reject(failureOf(failure, `${method}:fail`)),
    })
  })
}

export async function fileSize(path: string): Promise<number> {
  const { stats } = await call<{ stats: { size: number } }>('stat', { path })
  return stats.size
}

/** Hashed by the system, outside of the thread that runs the app. */
export async function fileDigest(filePath: string): Promise<string> {
  const options = { filePath, digestAlgorithm: 'md5' }
  const { digest } = await call<{ digest?: string }>('getFileInfo', options)
  if (!digest) throw failureOf(undefined, 'getFileInfo:fail no digest')
  return digest
}

export async function readFile(filePath: string, range?: FileRange): Promise<ArrayBuffer> {
  // A range of an empty file is an error to WeChat.
  if (!range || range.fileSize === 0) {
    return (await call<{ data: ArrayBuffer }>('readFile', { filePath })).data
  }
  const { position, length } = range
  if (range.fileSize <= READ_FILE_LIMIT) {
    return (await call<{ data: ArrayBuffer }>('readFile', { filePath, position, length })).data
  }
  const { fd } = await call<{ fd: string }>('open', { filePath, flag: 'r' })
  try {
    const arrayBuffer = new ArrayBuffer(length)
    let done = 0
    while (done < length) {
      const { bytesRead } = await call<{ bytesRead: number }>('read', {
        fd,
        arrayBuffer,
        offset: done,
        length: length - done,
        position: position + done,
      })
      if (bytesRead === 0) throw failureOf(undefined, 'read:fail the file has become shorter')
      done += bytesRead
    }
    return arrayBuffer
  } finally {
    await call('close', { fd }).catch(() => {})
  }
}
