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
