/**
 * The part of WeChat's `wx` that is used, declared here so that the package needs no typings of others.
 * A type test proves that the real `wx` fits. It is looked up at each use: loading this package touches no
 * global.
 */
export interface WxLike {
  request(options: object): WxTask
  uploadFile(options: object): WxUploadTask
  downloadFile?(options: object): WxDownloadTask
  getFileSystemManager(): WxFileSystem
  getStorageSync(key: string): unknown
  setStorageSync(key: string, data: unknown): void
  onAppShow?(listener: () => void): void
  onAppHide?(listener: () => void): void
  onNetworkStatusChange?(listener: (status: { isConnected: boolean }) => void): void
  cloud?: { callFunction(options: object): unknown; getTempFileURL?(options: object): unknown }
}

export interface WxTask {
  abort(): void
}

interface WxDownloadTask extends WxTask {
  onProgressUpdate(
    listener: (progress: { totalBytesWritten: number; totalBytesExpectedToWrite: number }) => void,
  ): void
  onHeadersReceived?(listener: (result: { header: object }) => void): void
}

export interface WxUploadTask extends WxTask {
  onProgressUpdate(
    listener: (progress: { totalBytesSent: number; totalBytesExpectedToSend: number }) => void,
  ): void
  onHeadersReceived?(listener: (result: { header: object; statusCode?: number }) => void): void
}

interface WxFileSystem {
  stat(options: object): void
  readFile(options: object): void
  getFileInfo?(options: object): void
  open?(options: object): void
  read?(options: object): void
  close?(options: object): void
  writeFile?(options: object): void
  appendFile?(options: object): void
  rename?(options: object): void
  saveFile?(options: object): void
  unlink?(options: object): void
}

/** The fields that every failed call of `wx` reports. */
export interface WxFailure {
  errMsg?: string
  errno?: number
}

/** The message of whatever was thrown. */
export function errorMessage(error: unknown): string {
  const { errMsg, message }: WxFailure & { message?: string } = error || {}
  return errMsg || message || String(error)
}

// biome-ignore lint/suspicious/noExplicitAny: an object of WeChat's, whose functions are called by name
type Owner = any

/**
 * Calls a function of WeChat's as a promise. It rejects with what WeChat reports, which names the function
 * in any case.
 *
 * @param onStart is given what the function returns
 */
export function wxCall<Result, Task = unknown>(
  owner: Owner,
  name: string,
  options: object,
  onStart?: (task: Task) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    // HarmonyOS may report a failure without a text.
    const fail = (failure?: WxFailure) => {
      const { errMsg }: WxFailure = failure || {}
      reject({ ...failure, errMsg: errMsg || `${name}:fail` })
    }
    if (!owner || !owner[name]) return fail({ errMsg: `${name}:fail is not supported` })
    const task = owner[name]({ ...options, success: resolve, fail })
    if (onStart) onStart(task)
  })
}
