/** A `wx` that records what it is asked to send and answers from a list: for wire-format tests only. */
export interface RecordedRequest {
  via: 'wx.request' | 'wx.uploadFile'
  [field: string]: unknown
}

export interface CannedAnswer {
  statusCode: number
  header?: Record<string, string>
  data?: unknown
  /** Fails in the platform's words instead. */
  errMsg?: string
  /** Never answers: only an abort ends it. */
  hangs?: true
}

export interface RecordingWx {
  wx: object
  requests: RecordedRequest[]
}

type Options = Record<string, unknown> & {
  success?: (result: object) => void
  fail?: (failure: object) => void
}

export function createRecordingWx(
  answer: (request: RecordedRequest, index: number) => CannedAnswer,
  files: Record<string, Uint8Array> = {},
): RecordingWx {
  const requests: RecordedRequest[] = []
  const respond = (via: RecordedRequest['via'], { success, fail, ...sent }: Options) => {
    const recorded = { via, ...sent }
    requests.push(recorded)
    const canned = answer(recorded, requests.length - 1)
    if (canned.hangs) {
      const abort = () => fail?.({ errMsg: `${via.slice(3)}:fail abort` })
      return { abort, onProgressUpdate() {}, onHeadersReceived() {} }
    }
    queueMicrotask(() => {
      if (canned.errMsg) fail?.({ errMsg: canned.errMsg })
      else success?.({ header: {}, data: '', ...canned })
    })
    return { abort() {}, onProgressUpdate() {}, onHeadersReceived() {} }
  }
  const bytesOf = (path: string): Uint8Array => {
    const bytes = files[path]
    if (!bytes) throw new Error(`no such file ${path}`)
    return bytes
  }
  const wx = {
    request: (options: Options) => respond('wx.request', options),
    uploadFile: (options: Options) => respond('wx.uploadFile', options),
    getFileSystemManager: () => ({
      stat: ({ path, success, fail }: Options) =>
        files[path as string]
          ? success?.({ stats: { size: bytesOf(path as string).length } })
          : fail?.({ errMsg: 'stat:fail no such file' }),
      readFile: ({ filePath, position = 0, length, success, fail }: Options) => {
        if (!files[filePath as string]) return fail?.({ errMsg: 'readFile:fail no such file' })
        const bytes = bytesOf(filePath as string)
        const from = position as number
        const part = bytes.slice(from, length === undefined ? undefined : from + (length as number))
        success?.({ data: part.buffer })
      },
    }),
  }
  return { wx, requests }
}
