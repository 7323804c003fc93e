import { createHash } from 'node:crypto'
import type { Untyped } from './phones'
import { type CannedAnswer, createRecordingWx, type RecordedRequest } from './recordingWx'

export const AT = { Bucket: 'test-1250000000', Region: 'ap-guangzhou' }

export const MIB = 1024 * 1024

export interface PhoneOptions {
  files?: Record<string, Uint8Array>
  /** Replaces the response to a step; `count` is the number of its requests so far. */
  answer?: (step: string, count: number, request: RecordedRequest) => CannedAnswer | undefined
  /** Milliseconds of every answer. */
  delay?: number
  sdkVersion?: string
  /** Uploads that COS lists but that no longer exist. */
  stale?: string[]
  /** Every read of a file fails. */
  isUnreadable?: boolean
  Key?: string
}

export interface FakePhone {
  wx: Untyped
  requests: RecordedRequest[]
  /** Requests to COS: `init`, `part 2`, `complete`, `list uploads` … */
  steps: string[]
  thrown: unknown[]
  /** Local reads so far. */
  reads: () => number
}

/** A phone connected to a minimal COS that supports uploads. */
export function createFakePhone(options: PhoneOptions = {}): FakePhone {
  const { files = {}, answer = () => undefined, delay, stale = [], Key = 'k' } = options
  const steps: string[] = []
  const uploads = new Map<string, Map<string, { etag: string; size: number }>>()
  const bytesOf = (data: unknown) => new Uint8Array((data ?? new ArrayBuffer(0)) as ArrayBuffer)
  const reply = (request: RecordedRequest): CannedAnswer => {
    const step = stepOf(request)
    steps.push(step)
    const given = answer(step, steps.filter((one) => one === step).length, request)
    if (given) return { ...(delay ? { delay } : {}), ...given }
    const { searchParams } = new URL(String(request.url))
    const id = searchParams.get('uploadId') ?? ''
    const timed = { statusCode: 200, ...(delay ? { delay } : {}) }
    if (step === 'init') {
      const UploadId = `u${uploads.size + 1}`
      uploads.set(UploadId, new Map())
      return {
        ...timed,
        data: `<InitiateMultipartUploadResult><UploadId>${UploadId}</UploadId></InitiateMultipartUploadResult>`,
      }
    }
    if (step === 'list uploads') {
      const listed = [...stale, ...uploads.keys()].map(
        (UploadId) =>
          `<Upload><Key>${Key}</Key><UploadId>${UploadId}</UploadId><StorageClass>STANDARD</StorageClass></Upload>`,
      )
      return {
        ...timed,
        data: `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${listed.join('')}</ListMultipartUploadsResult>`,
      }
    }
    const parts = uploads.get(id)
    if (id && !parts && step !== 'abort') return GONE
    if (step === 'list parts') {
      const listed = [...(parts ?? [])].map(
        ([number, { etag, size }]) =>
          `<Part><PartNumber>${number}</PartNumber><ETag>&quot;${etag}&quot;</ETag><Size>${size}</Size></Part>`,
      )
      return {
        ...timed,
        data: `<ListPartsResult><IsTruncated>false</IsTruncated>${listed.join('')}</ListPartsResult>`,
      }
    }
    if (step.startsWith('part')) {
      const bytes = bytesOf(request.data)
      const etag = createHash('md5').update(bytes).digest('hex')
      const store = () => {
        if (request.isAborted) return
        parts?.set(searchParams.get('partNumber') ?? '', { etag, size: bytes.length })
      }
      if (delay) setTimeout(store, delay)
      else store()
      return { ...timed, header: { ETag: `"${etag}"` } }
    }
    if (step === 'complete') {
      uploads.delete(id)
      const etag = `&quot;e-${parts?.size}&quot;`
      return {
        ...timed,
        data: `<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>`,
      }
    }
    if (step === 'abort') {
      uploads.delete(id)
      return { ...timed, statusCode: 204 }
    }
    return { ...timed, header: { ETag: '"e"' } }
  }
  const recorded = createRecordingWx(reply, files)
  const storage = new Map<string, unknown>()
  let reads = 0
  const plain = (recorded.wx as Untyped).getFileSystemManager()
  const call = (run: () => void) => {
    try {
      run()
    } catch (error) {
      recorded.thrown.push(error)
    }
  }
  const fileSystem = {
    stat: ({ path, success, fail }: Untyped) =>
      files[path]
        ? // A file that is read has been accessed.
          success({ stats: { ...STAT, size: files[path].length, lastAccessedTime: 7 + reads } })
        : fail({ errMsg: 'stat:fail no such file' }),
    getFileInfo: ({ filePath, success, fail }: Untyped) => {
      const bytes = files[filePath]
      if (!bytes) return fail({ errMsg: 'getFileInfo:fail no such file' })
      success({ size: bytes.length, digest: createHash('md5').update(bytes).digest('hex') })
    },
    readFile: (read: Untyped) => {
      reads++
      const fail = () => read.fail({ errMsg: 'readFile:fail permission denied' })
      const run = options.isUnreadable ? fail : () => plain.readFile(read)
      queueMicrotask(() => call(run))
    },
  }
  const wx = {
    ...recorded.wx,
    getFileSystemManager: () => fileSystem,
    canIUse: () => true,
    getAppBaseInfo: () => ({ SDKVersion: options.sdkVersion ?? '3.8.0' }),
    getSystemInfoSync: () => ({ SDKVersion: options.sdkVersion ?? '3.8.0' }),
    getDeviceInfo: () => ({}),
    getNetworkType() {},
    getStorageSync: (name: string) => storage.get(name) ?? '',
    setStorageSync: (name: string, value: unknown) => void storage.set(name, value),
    removeStorageSync: (name: string) => void storage.delete(name),
  }
  const { requests, thrown } = recorded
  return { wx, requests, steps, thrown, reads: () => reads }
}

const STAT = { mode: 33188, lastModifiedTime: 5, isDirectory: () => false }
export const GONE = { statusCode: 404, data: '<Error><Code>NoSuchUpload</Code></Error>' }
export const DENIED = { statusCode: 403, data: '<Error><Code>AccessDenied</Code></Error>' }
export const DROP = { statusCode: 0, errMsg: 'request:fail errcode:-100' }

/** The step that a request belongs to. */
export function stepOf({ method, url, via }: RecordedRequest): string {
  const query = String(url).split('?')[1] ?? ''
  const part = /partNumber=(\d+)/.exec(query)?.[1]
  if (via === 'wx.uploadFile') return 'form'
  if (/^uploads\b/.test(query)) return method === 'GET' ? 'list uploads' : 'init'
  if (part) return `part ${part}`
  if (/uploadId=/.test(query)) {
    return method === 'GET' ? 'list parts' : method === 'DELETE' ? 'abort' : 'complete'
  }
  return String(method).toLowerCase()
}
