import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { type CloudBase, init } from '@cloudbase/node-sdk'
import type { CosConfig } from '@miniprogram-cos/server'
import COS from 'cos-nodejs-sdk-v5'
import { type BucketParams, cosClient } from '../cloud/bucketSettings'
import { type CloudKey, deployKey, type Settings } from '../cloud/settings'
import { localizedError, t } from '../text'

/** `_id` of a record. */
export type RecordId = string | number

/** A record of the database. */
export type RecordData = Record<string, unknown> & { _id: RecordId }

/** A replacement of a string in a record. */
export interface FieldChange {
  /** `cover`, `photos.0.url` */
  path: string
  from: string
  to: string
}

/** The database whose records contain fileIDs. */
export interface Records {
  /** All records of a collection. Records that are added meanwhile may be missing. */
  list: (collection: string) => AsyncIterable<RecordData>
  /** @returns undefined if there is no such record */
  get: (collection: string, id: RecordId) => Promise<RecordData | undefined>
  /**
   * Applies all changes of a record, if all fields still have the old values.
   * @returns whether the changes were applied
   */
  replace: (collection: string, id: RecordId, changes: FieldChange[]) => Promise<boolean>
}

/** A file that is being read. */
export interface SourceFile {
  size: number
  /** MD5 in lower-case hex, if the storage provides it. */
  md5?: string
  contentType: string
  content: Readable
}

/** The storage that files are copied from. */
export interface SourceFiles {
  /** @returns undefined if the file does not exist */
  open: (fileID: string) => Promise<SourceFile | undefined>
  /** fileIDs of all files of the environment. */
  list: () => AsyncIterable<string>
}

/** Size and digest of a copied file. */
export interface FileDigest {
  size: number
  /** MD5, lower-case hex. */
  md5: string
}

/** The bucket that files are copied to. */
export interface TargetBucket {
  /** @returns undefined if there is no such object; an object of several parts has no MD5 */
  find: (key: string) => Promise<{ size: number; md5?: string } | undefined>
  /** Puts a file. @returns the MD5 that the bucket computed */
  put: (key: string, file: string, about: FileDigest & { contentType: string }) => Promise<string>
  delete: (key: string) => Promise<void>
}

/** Prefix of all fileIDs of `wx.cloud` storage. */
export const FILE_ID_PREFIX = 'cloud://'

/** Path of a file in its storage. @returns undefined for an invalid fileID */
export function pathOfFileId(fileID: string): string | undefined {
  return /^cloud:\/\/[^/]+\/(.+)$/s.exec(fileID)?.[1]
}

/** The source and the target of a migration. */
export interface MigrationEndpoints {
  records: Records
  files: SourceFiles
  bucket: TargetBucket
}

/** Records per page, the database's maximum. */
const PAGE_SIZE = 1000

/** Validity of a download address, in seconds. */
const URL_MAX_AGE = 3600

/** A CloudBase environment, and the key to access it. */
interface CloudBaseAccess {
  env: string
  key: CloudKey
  /** Address of the API, for the local cloud. @default Tencent Cloud */
  serviceUrl?: string
}

/** Connects to the environment and the bucket of the configuration. @throws CloudError for a missing key */
export function connectEndpoints(
  { env, bucket, region }: CosConfig,
  settings: Settings,
): { endpoints: MigrationEndpoints; target: string } {
  const key = deployKey(settings)
  const app = connectCloudBase({ env, key })
  return {
    endpoints: {
      records: cloudBaseRecords(app),
      files: cloudBaseFiles(app, () => listEnvironmentFiles({ env, key })),
      bucket: targetBucket(cosClient(key), { Bucket: bucket, Region: region }),
    },
    target: `${env} → ${bucket}`,
  }
}

/** Connects to a running local cloud. @param ready the JSON line that it printed */
export function connectLocalEndpoints(ready: string): {
  endpoints: MigrationEndpoints
  target: string
} {
  const { cos, cloudBase, bucket, region, secretId, secretKey } = JSON.parse(
    ready.trim().split('\n')[0] ?? '',
  )
  const key = { SecretId: secretId, SecretKey: secretKey }
  const app = connectCloudBase({ env: 'local-env', key, serviceUrl: `${cloudBase}/admin` })
  const files = cloudBaseFiles(app, () => {
    throw localizedError('the local cloud has no listing of files', '本地云没有文件列表')
  })
  const client = new COS({ ...key, Protocol: 'http:', Proxy: cos })
  return {
    endpoints: {
      records: cloudBaseRecords(app),
      files,
      bucket: targetBucket(client, { Bucket: bucket, Region: region }),
    },
    target: `${bucket} (${t('local cloud', '本地云')})`,
  }
}

/**
 * Connects to an environment as its administrator. Without the variable, the SDK looks up the metadata
 * service of Tencent Cloud's own hosts twice a request, which fails here and fills Node's thread pool; with
 * it, the SDK would call the internal address, so the public one is given.
 */
export function connectCloudBase({ env, key, serviceUrl }: CloudBaseAccess): CloudBase {
  process.env.TENCENTCLOUD = 'true'
  return init({
    env,
    secretId: key.SecretId,
    secretKey: key.SecretKey,
    ...(key.token ? { sessionToken: key.token } : {}),
    serviceUrl: serviceUrl ?? `https://${env}.tcb-api.tencentcloudapi.com/admin`,
  })
}

/** The records of an environment's database, read and changed as its administrator. */
export function cloudBaseRecords(app: CloudBase): Records {
  const db = app.database()
  const { command } = db
  return {
    async *list(collection) {
      // Comparisons are typed: string ids first, then numbers.
      for (let last of ['', -Number.MAX_VALUE] as (string | number)[]) {
        for (;;) {
          const query = db.collection(collection).where({ _id: command.gt(last) })
          const { data } = await query.orderBy('_id', 'asc').limit(PAGE_SIZE).get()
          const page = data as RecordData[]
          yield* page
          const end = page.at(-1)
          if (!end || page.length < PAGE_SIZE) break
          last = end._id
        }
      }
    },
    async get(collection, id) {
      const { data } = await db.collection(collection).where({ _id: id }).limit(1).get()
      return data[0]
    },
    async replace(collection, id, changes) {
      const values = (text: (change: FieldChange) => string) =>
        Object.fromEntries(changes.map((change) => [change.path, text(change)]))
      const { updated } = await db
        .collection(collection)
        .where({ ...values(({ from }) => from), _id: id })
        .update(values(({ to }) => to))
      return updated === 1
    },
  }
}

/** The files of an environment's storage. */
export function cloudBaseFiles(
  app: CloudBase,
  listFiles: () => AsyncIterable<string>,
): SourceFiles {
  return {
    list: listFiles,
    async open(fileID) {
      const { fileList } = await app.getTempFileURL({ fileList: [{ fileID, maxAge: URL_MAX_AGE }] })
      const [{ code, tempFileURL } = { code: 'no answer', tempFileURL: '' }] = fileList
      if (code === 'STORAGE_FILE_NONEXIST') return undefined
      if (code !== 'SUCCESS') throw new Error(`getTempFileURL: ${code}`)
      // Like the SDK, which does not encode the address.
      const response = await fetch(encodeURI(tempFileURL))
      if (response.status === 404) return undefined
      if (!response.ok || !response.body) throw new Error(`download: HTTP ${response.status}`)
      const [, md5] = /^"([0-9a-f]{32})"$/.exec(response.headers.get('etag') ?? '') ?? []
      return {
        size: Number(response.headers.get('content-length')),
        ...(md5 ? { md5 } : {}),
        contentType: response.headers.get('content-type') ?? 'application/octet-stream',
        content: Readable.fromWeb(response.body as ReadableStream),
      }
    },
  }
}

/**
 * Lists the fileIDs of all files of an environment, from its bucket. Not available in the local cloud.
 */
async function* listEnvironmentFiles({ env, key }: CloudBaseAccess): AsyncIterable<string> {
  const { default: CloudBaseManager } = await import('@cloudbase/manager-node')
  const { SecretId: secretId, SecretKey: secretKey, token } = key
  const manager = new CloudBaseManager({
    secretId,
    secretKey,
    envId: env,
    ...(token ? { token } : {}),
  })
  const { EnvInfo } = await manager.env.getEnvInfo()
  const [{ Bucket } = { Bucket: '' }] =
    (EnvInfo as { Storages?: { Bucket: string }[] }).Storages ?? []
  for (const { Key } of await manager.storage.listDirectoryFiles('')) {
    if (!Key.endsWith('/')) yield `cloud://${env}.${Bucket}/${Key}`
  }
}

/** A COS bucket through Tencent's own SDK. */
export function targetBucket(cos: COS, bucket: BucketParams): TargetBucket {
  return {
    async find(Key) {
      try {
        const { headers } = await cos.headObject({ ...bucket, Key })
        const md5 = md5Of(String(headers?.etag))
        return { size: Number(headers?.['content-length']), ...(md5 ? { md5 } : {}) }
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) return undefined
        throw error
      }
    },
    async put(Key, file, { size, md5, contentType }) {
      const result: COS.PutObjectResult = await cos.putObject({
        ...bucket,
        Key,
        Body: createReadStream(file),
        ContentLength: size,
        ContentType: contentType,
        Headers: { 'Content-MD5': Buffer.from(md5, 'hex').toString('base64') },
      })
      return md5Of(result.ETag) ?? result.ETag
    },
    async delete(Key) {
      await cos.deleteObject({ ...bucket, Key })
    },
  }
}

function md5Of(etag: string): string | undefined {
  return /^"?([0-9a-f]{32})"?$/.exec(etag)?.[1]
}
