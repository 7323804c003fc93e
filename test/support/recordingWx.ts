import { createHash, createHmac } from 'node:crypto'
import { join } from 'node:path'
import type { COS as Client } from 'miniprogram-cos'
import type { Untyped } from './phones'
import { ROOT } from './root'

/** A `wx` that records requests and returns canned responses: for wire-format tests only. */
export interface RecordedRequest {
  via: 'wx.request' | 'wx.uploadFile'
  /** Aborted by the client before the response. */
  isAborted: boolean
  [field: string]: unknown
}

export interface CannedAnswer {
  statusCode: number
  header?: Record<string, string>
  data?: unknown
  /** Fails with this errMsg instead. */
  errMsg?: string
  /** Never answers: only an abort ends it. */
  hangs?: true
  /** Milliseconds until it answers. */
  delay?: number
}

export interface RecordingWx {
  wx: object
  requests: RecordedRequest[]
  /** Errors thrown by callbacks, which WeChat only prints. */
  thrown: unknown[]
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
  const thrown: unknown[] = []
  const respond = (via: RecordedRequest['via'], { success, fail, ...sent }: Options) => {
    const recorded: RecordedRequest = { via, isAborted: false, ...sent }
    requests.push(recorded)
    const canned = answer(recorded, requests.length - 1)
    let isOver = false
    const end = (callBack: () => void) => {
      if (isOver) return
      isOver = true
      try {
        callBack()
      } catch (error) {
        thrown.push(error)
      }
    }
    const abort = () => {
      if (isOver || recorded.isAborted) return
      recorded.isAborted = true
      queueMicrotask(() => end(() => fail?.({ errMsg: `${via.slice(3)}:fail abort` })))
    }
    const reply = () => {
      if (recorded.isAborted) return
      end(() => {
        if (canned.errMsg) fail?.({ errMsg: canned.errMsg })
        else success?.({ header: {}, data: '', ...canned })
      })
    }
    if (canned.delay) setTimeout(reply, canned.delay)
    else if (!canned.hangs) queueMicrotask(reply)
    return { abort, onProgressUpdate() {}, onHeadersReceived() {} }
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
  return { wx, requests, thrown }
}

/** The client as published: minified, with mangled internal names. */
export type COS = Client
export const COS: typeof Client = require(
  join(ROOT, 'packages/client/miniprogram_dist/index.js'),
).COS

/** Sets the global `wx`; removes it without an argument. */
export function setWx(wx?: object): void {
  const realm: { wx?: object } = globalThis as object
  if (wx) realm.wx = wx
  else delete realm.wx
}

/** The key of the clients that tests start. */
export const KEY = { SecretId: 'id', SecretKey: 'secret' }

/** A header that was sent, whatever the case of its name. */
export const headerOf = (request: RecordedRequest | undefined, name: string): unknown =>
  Object.entries((request?.header ?? {}) as object).find(
    ([own]) => own.toLowerCase() === name.toLowerCase(),
  )?.[1]

const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`)
const hmac = (key: string, text: string) => createHmac('sha1', key).update(text).digest('hex')

/** Whether COS would accept the signature of the request as it arrives. */
export function isSignatureValid(request: RecordedRequest, SecretKey = KEY.SecretKey): boolean {
  const form = request.formData as Untyped | undefined
  const authorization = String(form?.Signature ?? headerOf(request, 'Authorization'))
  const field = (name: string) => new RegExp(`${name}=([^&]*)`).exec(authorization)?.[1] ?? ''
  const listed = (name: string) => field(name).split(';').filter(Boolean)
  // As a phone's network stack reads it, dot segments folded.
  const { host, pathname, searchParams } = new URL(String(request.url))
  const query = new Map(
    [...searchParams].map(([name, value]) => [encode(name).toLowerCase(), encode(value)]),
  )
  const lines = [
    String(form ? 'post' : request.method).toLowerCase(),
    decodeURIComponent(pathname),
    listed('q-url-param-list')
      .map((name) => `${name}=${query.get(name) ?? 'absent'}`)
      .join('&'),
    listed('q-header-list')
      .map((name) => {
        const length = (request.data as ArrayBuffer | undefined)?.byteLength
        const sent = name === 'host' ? host : name === 'content-length' ? length : undefined
        return `${name}=${encode(String(sent ?? headerOf(request, name)))}`
      })
      .join('&'),
  ]
  const digest = createHash('sha1')
    .update(lines.map((line) => `${line}\n`).join(''))
    .digest('hex')
  const signKey = hmac(SecretKey, field('q-key-time'))
  const right = hmac(signKey, `sha1\n${field('q-sign-time')}\n${digest}\n`)
  return listed('q-header-list').includes('host') && field('q-signature') === right
}
