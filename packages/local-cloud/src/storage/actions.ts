import { keyProblem } from '@miniprogram-cos/protocol'
import { CloudBaseError, notImplemented } from '../cloudbase/errors'
import type { CloudFiles } from './cloudFiles'
import type { SignedUrls } from './signedUrls'

/** Maximum number of files in a call (document "getTempFileURL"). */
const MAX_FILES = 50

/** Validity of an upload address, in seconds. */
const UPLOAD_MAX_AGE = 900

/** Default validity of a download address, in seconds. */
const DOWNLOAD_MAX_AGE = 7200

type Params = Record<string, unknown>

/** The entry for one file in the response. */
interface FileAnswer {
  fileID: string
  code: 'SUCCESS' | 'STORAGE_FILE_NONEXIST' | 'INVALID_PARAM'
  tempFileURL?: string
  maxAge?: number
}

/** Executes the actions `storage.*` of the CloudBase API, which wx-server-sdk calls. */
export class StorageActions {
  readonly #files: CloudFiles
  readonly #urls: SignedUrls

  constructor(files: CloudFiles, urls: SignedUrls) {
    this.#files = files
    this.#urls = urls
  }

  /** @param origin address of this server. @throws CloudBaseError */
  async run(action: string, params: Params, origin: string): Promise<Params> {
    switch (action) {
      case 'storage.getUploadMetadata':
        return { data: this.#uploadMetadata(params.path, origin) }
      case 'storage.batchGetDownloadUrl':
        return { data: { download_list: this.#downloadUrls(listOf(params.file_list), origin) } }
      case 'storage.batchDeleteFile':
        return { data: { delete_list: await this.#delete(listOf(params.fileid_list)) } }
      default:
        throw notImplemented(`the action ${action}`)
    }
  }

  #uploadMetadata(path: unknown, origin: string): Params {
    const problem = typeof path === 'string' ? keyProblem(path) : 'it is missing'
    if (typeof path !== 'string' || problem) {
      throw new CloudBaseError('INVALID_PARAM', `invalid cloudPath: ${problem}`)
    }
    const fileId = this.#files.fileIdOf(path)
    return {
      url: this.#urls.addressOf(origin, path),
      token: 'local-cloud',
      authorization: this.#urls.sign('PUT', path, UPLOAD_MAX_AGE),
      fileId,
      cosFileId: Buffer.from(fileId).toString('base64url'),
    }
  }

  #downloadUrls(list: unknown[], origin: string): FileAnswer[] {
    return list.map((item) => {
      const { fileid, max_age: requested } = { ...(item as Params) }
      const fileID = String(fileid)
      const path = this.#files.pathOf(fileID)
      if (path === undefined) return { fileID, code: 'INVALID_PARAM' }
      if (!this.#files.find(path)) return { fileID, code: 'STORAGE_FILE_NONEXIST' }
      const maxAge = typeof requested === 'number' && requested > 0 ? requested : DOWNLOAD_MAX_AGE
      return { fileID, code: 'SUCCESS', tempFileURL: this.#urls.get(origin, path, maxAge), maxAge }
    })
  }

  async #delete(list: unknown[]): Promise<FileAnswer[]> {
    const answers: FileAnswer[] = []
    for (const fileID of list.map(String)) {
      const path = this.#files.pathOf(fileID)
      const isDeleted = path !== undefined && (await this.#files.delete(path))
      answers.push({ fileID, code: isDeleted ? 'SUCCESS' : 'STORAGE_FILE_NONEXIST' })
    }
    return answers
  }
}

function listOf(list: unknown): unknown[] {
  if (Array.isArray(list) && list.length > 0 && list.length <= MAX_FILES) return list
  throw new CloudBaseError('INVALID_PARAM', `fileList must have 1 to ${MAX_FILES} files`)
}
