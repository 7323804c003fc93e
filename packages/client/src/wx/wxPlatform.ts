import type { Platform } from '../platform'
import { fileDigest, fileSize, readFile } from './wxFiles'
import { whenReady } from './wxLifecycle'
import { theWx, type WxFailure } from './wxLike'
import { download, failureOf, request, upload } from './wxRequest'
import { load, save } from './wxStorage'

declare const setTimeout: (run: () => void, milliseconds: number) => unknown
declare const console: { warn(message: string): void }
declare const clearTimeout: (timer: unknown) => void

/** The mini program runtime. */
export const wxPlatform: Platform = {
  request,
  upload,
  download,
  fileSize,
  fileDigest,
  readFile,
  load,
  save,
  whenReady,
  now: () => Date.now(),
  warn: (message) => console.warn(`miniprogram-cos: ${message}`),
  schedule(milliseconds, run) {
    const timer = setTimeout(run, milliseconds)
    return () => clearTimeout(timer)
  },
  callFunction: (name, data, env) =>
    new Promise((resolve, reject) => {
      const { cloud } = theWx()
      if (!cloud) {
        reject(failureOf(undefined, 'cloud.callFunction:fail wx.cloud is not available'))
        return
      }
      cloud.callFunction({
        name,
        data,
        ...(env ? { config: { env } } : {}),
        success: ({ result }: { result: unknown }) => resolve(result),
        fail: (failure: WxFailure) => reject(failureOf(failure, 'cloud.callFunction:fail')),
      })
    }),
}
