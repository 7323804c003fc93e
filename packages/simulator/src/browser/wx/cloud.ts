import {
  api,
  type CallbackOptions,
  callBackOrPromise,
  WxError,
  type WxFailure,
} from '../../wxRules/callbacks'
import type { Header } from '../../wxRules/network'
import { networkTask } from '../../wxRules/network'
import { phoneFiles } from './files'
import { downloadFile, type PhoneNetwork, sendExchange } from './network'

interface CallFunctionOptions {
  name: string
  data?: object
}

interface UploadOptions extends CallbackOptions {
  cloudPath: string
  filePath: string
  header?: Header
}

type Answer = Record<string, unknown>

/** The entry for one file in an answer of the storage. */
interface FileAnswer {
  fileID: string
  code: string
  tempFileURL?: string
  maxAge?: number
}

/** Asks the preview's server. @throws WxError with the failure that it reports */
async function ask(path: string, body: object): Promise<Answer> {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as Answer & { failure?: WxFailure }
  if (answer.failure) throw new WxError(answer.failure.errMsg, answer.failure)
  return answer
}

function refuse(name: string): never {
  console.warn(`wx.cloud.${name} is not in the preview`)
  throw new WxError(`cloud.${name}:fail not supported by the preview`, { errCode: -1 })
}

/** An action of the storage, for the call `name`. */
async function storage(name: string, action: string, params: object): Promise<Answer> {
  const answer = await ask('/wx/storage', { action: `storage.${action}`, params })
  if (answer.isMissing) refuse(name)
  if (answer.code) throw new WxError(`cloud.${name}:fail ${answer.message}`, { errCode: -1 })
  return answer
}

/** The results for files, in the form of `getTempFileURL` and `deleteFile`. */
async function files(
  name: string,
  action: string,
  params: object,
  member: string,
): Promise<object[]> {
  const { data } = await storage(name, action, params)
  return (Object(data)[member] as FileAnswer[]).map(({ code, ...file }) => ({
    ...file,
    status: code === 'SUCCESS' ? 0 : -503003,
    errMsg: code === 'SUCCESS' ? 'ok' : 'storage file not exists',
  }))
}

const temporaryUrls = (name: string, list: (string | { fileID: string; maxAge?: number })[]) => {
  const file_list = list.map((file) =>
    typeof file === 'string' ? { fileid: file } : { fileid: file.fileID, max_age: file.maxAge },
  )
  return files(name, 'batchGetDownloadUrl', { file_list }, 'download_list')
}

/** The address of a file of the storage. @throws WxError */
async function addressOfCloudFile(fileID: string): Promise<string> {
  const [file] = await temporaryUrls('getTempFileURL', [fileID])
  const { tempFileURL, errMsg } = { ...file } as { tempFileURL?: string; errMsg?: string }
  if (tempFileURL === undefined) throw new WxError(`cloud.downloadFile:fail ${errMsg}`)
  return tempFileURL
}

/** Starts a transfer, whose outcome has the name of the cloud's call. @returns its task, or a promise without callbacks */
function transfer<Options extends CallbackOptions>(
  name: string,
  options: Options,
  start: (options: Options) => object,
): object {
  const named = (outcome: WxFailure) => ({
    ...outcome,
    errMsg: outcome.errMsg.replace(/^\w+:/, `${name}:`),
  })
  let task = {}
  const done = new Promise<WxFailure>((success, fail) => {
    task = start({ ...options, success, fail, complete() {} })
  })
  const renamed = () =>
    done.then(named, (failure: WxFailure) => {
      throw named(failure)
    })
  return callBackOrPromise(options, renamed, name) ?? task
}

/** What `wx.cloud.database()` gives: every operation fails when it is executed, with its name. */
function database(): unknown {
  const refused = api('cloud.database', () => refuse('database'))
  const chain: unknown = new Proxy(() => {}, {
    get(_, name) {
      if (typeof name !== 'string' || name === 'then') return undefined
      if (!/^(?:get|add|set|update|remove|count|end|watch|createCollection)$/.test(name))
        return chain
      return (options: unknown) => refused(Object(options))
    },
    apply: () => chain,
    construct: () => Object(chain),
  })
  return chain
}

/** `wx.cloud`: the preview's server calls functions with the identity of the phone's user, and has the files. */
export function createCloud(network: PhoneNetwork): object {
  let isReady = false
  const requireInit = () => {
    if (isReady) return
    const message = "Cloud API isn't enabled, please call wx.cloud.init first"
    throw new WxError(message, { errCode: -1 })
  }
  // The hosts of the storage need not be on the app's domain lists.
  const services = { ...network, urlCheck: false }
  const cloud = {
    async init(_options?: object): Promise<void> {
      isReady = true
    },
    callFunction: api<CallFunctionOptions>('cloud.callFunction', ({ name, data = {} }) => {
      requireInit()
      return ask('/wx/cloud', { name, data })
    }),
    uploadFile: (given: UploadOptions) =>
      transfer('cloud.uploadFile', given, (options) =>
        networkTask('uploadFile', options, async () => {
          requireInit()
          const { cloudPath: path, filePath } = options
          const { data } = await storage('uploadFile', 'getUploadMetadata', { path })
          const { url = '', authorization, fileId: fileID = '' } = data as Record<string, string>
          const body = await phoneFiles.get(filePath, 'cloud.uploadFile')
          const header = { authorization }
          return sendExchange(
            { name: 'uploadFile', url, method: 'PUT', header, body },
            services,
            ({ statusCode }) => ({ fileID, statusCode }),
          )
        }),
      ),
    downloadFile: (given: CallbackOptions & { fileID: string }) =>
      transfer('cloud.downloadFile', given, (options) =>
        downloadFile({ ...options, url: '' }, services, async () => {
          requireInit()
          return addressOfCloudFile(options.fileID)
        }),
      ),
    getTempFileURL: api<{ fileList: string[] }>('cloud.getTempFileURL', async ({ fileList }) => {
      requireInit()
      return { fileList: await temporaryUrls('getTempFileURL', fileList) }
    }),
    deleteFile: api<{ fileList: string[] }>('cloud.deleteFile', async ({ fileList }) => {
      requireInit()
      const params = { fileid_list: fileList }
      return { fileList: await files('deleteFile', 'batchDeleteFile', params, 'delete_list') }
    }),
    callContainer: api('cloud.callContainer', () => refuse('callContainer')),
    database,
    /** For an environment of another account. */
    Cloud: class {
      constructor() {
        Object.assign(this, cloud)
      }
    },
  }
  return cloud
}
