/** What the client needs of the place it runs in. `wx/` has the one implementation that ships. */
export interface Platform {
  /** One HTTP request; resolves for every HTTP status. @throws PlatformFailure */
  request(request: PlatformRequest): Promise<PlatformReply>
  /** One form upload of a local file. @throws PlatformFailure */
  upload(upload: PlatformUpload): Promise<PlatformReply>
  /** Size of a local file in bytes. @throws PlatformFailure */
  fileSize(path: string): Promise<number>
  /** Part of a local file, or all of it. @throws PlatformFailure */
  readFile(path: string, range?: FileRange): Promise<ArrayBuffer>
  /** MD5 of a whole file in hex, taken by the system. @throws PlatformFailure */
  fileDigest(path: string): Promise<string>
  /** Fetches a file to the phone. @throws PlatformFailure */
  download(download: PlatformDownload): Promise<PlatformDownloaded>
  /** What was saved under a name; undefined when there is nothing, or no storage. */
  load(name: string): unknown
  /** Saves beyond the end of the app, as far as the storage lets it. */
  save(name: string, value: unknown): void
  /** Waits while the app is in the background or offline. @returns whether it had to */
  whenReady(): Promise<boolean>
  /** Calls a cloud function. @throws PlatformFailure */
  callFunction(name: string, data: object, env?: string): Promise<unknown>
  now(): number
  /** Tells the developer something. */
  warn(message: string): void
  /** Runs something later; the returned function calls it off. */
  schedule(milliseconds: number, run: () => void): () => void
}

/** Resolves after a while. */
export function pause(platform: Platform, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    platform.schedule(milliseconds, resolve)
  })
}

export interface FileRange {
  position: number
  length: number
  /** Size of the whole file: large ones are read in another way. */
  fileSize: number
}

export interface PlatformRequest {
  url: string
  method: string
  header: Record<string, string | number>
  data: string | ArrayBuffer | undefined
  responseType: 'text' | 'arraybuffer'
  timeout: number | undefined
  /** Resolves the host by this WeChat HTTPDNS service. */
  httpDNSServiceId?: string | undefined
  /** Called once with a function that gives the request up. */
  onStart?: (abort: () => void) => void
}

export interface PlatformUpload {
  url: string
  header: Record<string, string | number>
  filePath: string
  formData: Record<string, string | number>
  timeout: number | undefined
  onProgress?: (sent: number, total: number) => void
  onStart?: (abort: () => void) => void
}

export interface PlatformDownload {
  url: string
  header: Record<string, string>
  /** Where to put it; without one the system chooses. */
  filePath: string | undefined
  timeout: number | undefined
  onProgress?: (received: number, total: number) => void
  onStart?: (abort: () => void) => void
}

export interface PlatformDownloaded {
  statusCode: number
  header: Record<string, string>
  path: string
}

export interface PlatformReply {
  statusCode: number
  header: Record<string, string>
  data: string | ArrayBuffer
}

/** A failure of the platform itself, in its own words (`request:fail …`). */
export class PlatformFailure extends Error {
  /** WeChat's number of the failure, when it gives one. */
  readonly errno: number | undefined

  constructor(message: string, errno?: number) {
    super(message)
    this.errno = errno
  }
}
