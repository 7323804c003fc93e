import { cosError } from '@miniprogram-cos/protocol'
import { isStorageFull, platformCode } from '../request/errors'
import { callFileSystem, statSize } from './files'
import { errorMessage, type WxFailure } from './wx'

/**
 * WeChat writes no larger file (1300202, "上限100M", FileSystemManager.appendFile page of its documents). A download
 * that it writes itself may have 200 MB.
 */
export const WRITE_LIMIT = 100 * 1024 * 1024

/** Changes a local file. @throws CosError `KitStorageFull`, `KitFileUnwritable` or a platformCode */
async function change(name: string, path: string, options: object): Promise<void> {
  await callFileSystem(name, options).catch((cause: WxFailure) => {
    const message = `cannot write ${path}: ${errorMessage(cause)}`
    const code = isStorageFull(cause)
      ? 'KitStorageFull'
      : platformCode(cause) || 'KitFileUnwritable'
    throw cosError('argument', code, message, { cause })
  })
}

/** Writes to the end of a file, which is created at position 0. @throws CosError */
export const writeLocalFile = (filePath: string, position: number, data: ArrayBuffer) =>
  change(position ? 'appendFile' : 'writeFile', filePath, { filePath, data })

/** Renames a file; one that has the new name is replaced. @throws CosError */
export const moveFile = (oldPath: string, newPath: string): Promise<void> =>
  replacing(newPath, () => change('rename', newPath, { oldPath, newPath }))

/** Moves a temporary file to a lasting place; a file that is there is replaced. @throws CosError */
export const saveFile = (tempFilePath: string, filePath: string): Promise<void> =>
  replacing(filePath, () => change('saveFile', filePath, { tempFilePath, filePath }))

/** A file system may refuse to replace a file. */
async function replacing(path: string, move: () => Promise<void>): Promise<void> {
  await move().catch(async () => {
    await removeFile(path)
    await move()
  })
}

/** Removes a file, if it is there. */
export const removeFile = (filePath: string): Promise<unknown> =>
  callFileSystem('unlink', { filePath }).catch(() => {})

/** Size of a local file in bytes; undefined if there is none. */
export const sizeOf = (path: string): Promise<number | undefined> =>
  statSize(path).catch(() => undefined)
