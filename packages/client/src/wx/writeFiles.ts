import { cosError } from '@miniprogram-cos/protocol'
import { platformCode } from '../request/failures'
import { callFileSystem, statSize } from './files'
import { errorMessage, type WxFailure } from './wx'

/**
 * Maximum size of a file written by an app (1300202, "上限100M", FileSystemManager.appendFile page of WeChat's
 * documents). wx.downloadFile may write 200 MB.
 */
export const WRITE_LIMIT = 100 * 1024 * 1024

/** Whether the phone's storage, or the app's share of it, is full. */
export const isStorageFull = ({ errMsg = '', errno }: WxFailure): boolean =>
  errno === 1300202 || /storage limit|max file size|no space/i.test(errMsg)

/** Changes a local file. @throws CosError `KitStorageFull`, `KitFileUnwritable` or the result of platformCode */
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

/** Renames a file. An existing file of the new name is replaced. @throws CosError */
export const moveFile = (oldPath: string, newPath: string): Promise<void> =>
  moveReplacing(newPath, () => change('rename', newPath, { oldPath, newPath }))

/** Saves a temporary file. An existing file at the destination is replaced. @throws CosError */
export const saveFile = (tempFilePath: string, filePath: string): Promise<void> =>
  moveReplacing(filePath, () => change('saveFile', filePath, { tempFilePath, filePath }))

/** Moves a file. Some file systems refuse to replace a file, so the destination is removed first then. */
async function moveReplacing(path: string, move: () => Promise<void>): Promise<void> {
  await move().catch(async () => {
    await removeFile(path)
    await move()
  })
}

/** Removes a file if it exists. Never rejects. */
export const removeFile = (filePath: string): Promise<unknown> =>
  callFileSystem('unlink', { filePath }).catch(() => {})

/** Size of a local file in bytes; undefined if there is none. */
export const sizeOf = (path: string): Promise<number | undefined> =>
  statSize(path).catch(() => undefined)
