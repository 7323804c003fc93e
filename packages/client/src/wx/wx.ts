/**
 * The part of WeChat's `wx` that this package uses, declared here so that the package needs no typings. A type test
 * checks it against the real `wx`. The global is read at each use, so that the package loads without it.
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

/** The message of any thrown value. */
export function errorMessage(error: unknown): string {
  const { errMsg, message }: WxFailure & { message?: string } = error || {}
  return errMsg || message || String(error)
}

// biome-ignore lint/suspicious/noExplicitAny: an object of WeChat's, whose functions are called by name
type Owner = any

/**
 * Calls a function of WeChat and returns a promise. It rejects with the failure that WeChat reports, whose message always
 * names the function.
 *
 * @param onStart called with the return value of the function
 */
export function wxCall<Result, Task = unknown>(
  owner: Owner,
  name: string,
  options: object,
  onStart?: (task: Task) => void,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    // HarmonyOS may report a failure without a message.
    const fail = (failure?: WxFailure) => {
      const { errMsg }: WxFailure = failure || {}
      reject({ ...failure, errMsg: errMsg || `${name}:fail` })
    }
    if (!owner || !owner[name]) return fail({ errMsg: `${name}:fail is not supported` })
    const task = owner[name]({ ...options, success: resolve, fail })
    if (onStart) onStart(task)
  })
}
