import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync, promises as fs, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { CosError } from 'miniprogram-cos'
import { formatSize, padColumns, type Reporter } from '../output'
import { bucketHost, fromCaller, ownFile } from '../project'
import { localizedError, t } from '../text'
import type { Phone, UrlReader } from './clients'

/**
 * Demonstrates the features of the kit with two users and real files, and checks each step.
 * @param reader opens shared URLs
 * @returns a signed URL of an existing file, for curl or a browser
 */
export async function runScenario(
  reader: UrlReader,
  [alice, bob]: [Phone, Phone],
  files: ScenarioFile[],
  printer: Reporter,
): Promise<string> {
  printer.title(t(`1. ${alice.name} calls the cloud function`, `1. ${alice.name} 调用云函数`))
  const { prefix, Bucket, Region } = await alice.cos.caller()
  printer.check(
    prefix.includes(alice.openid),
    t(
      `the function knows the caller; the folder is ${prefix}`,
      `云函数识别出调用者，目录为 ${prefix}`,
    ),
  )
  printer.line(t(`bucket ${Bucket}, region ${Region}`, `存储桶 ${Bucket}，地域 ${Region}`))

  printer.title(t('2. Upload', '2. 上传'))
  for (const file of files) await upload(alice, prefix, file, printer)

  printer.title(t('3. List', '3. 列表'))
  const { Contents } = await alice.cos.getBucket({})
  for (const file of files) {
    const found = Contents.find(({ Key }) => Key === prefix + file.name)
    printer.check(
      Number(found?.Size) === file.size,
      `${file.name}  ${formatSize(Number(found?.Size))}`,
    )
  }

  printer.title(t('4. Read back', '4. 读回'))
  for (const file of files) await readBack(alice, prefix, file, printer)

  printer.title(t('5. Share', '5. 分享'))
  const shared = files[0] as ScenarioFile
  const url = await share(reader, alice, prefix, shared, printer)

  printer.title(
    t(
      `6. ${bob.name} tries ${alice.name}'s folder`,
      `6. ${bob.name} 尝试访问 ${alice.name} 的目录`,
    ),
  )
  await attack(bob, prefix, shared, printer)

  printer.title(t('7. Delete', '7. 删除'))
  const deleted = files.length > 1 ? files.filter((file) => file !== shared) : files
  for (const file of deleted) await alice.cos.deleteObject({ Key: prefix + file.name })
  const left = await alice.cos.getBucket({})
  printer.check(
    left.Contents.length === files.length - deleted.length,
    t(
      `files deleted: ${deleted.length}${deleted.length < files.length ? '; the shared one is kept' : ''}`,
      `已删除 ${deleted.length} 个文件${deleted.length < files.length ? '，保留已分享的文件' : ''}`,
    ),
  )
  return url
}

async function upload(
  phone: Phone,
  prefix: string,
  file: ScenarioFile,
  printer: Reporter,
): Promise<void> {
  const started = Date.now()
  const { ETag, UploadId, confirmError } = await phone.cos.uploadFile({
    Key: prefix + file.name,
    FilePath: file.path,
    onProgress: ({ percent, speed }) => printer.bar(file.name, percent, speed),
  })
  const seconds = (Date.now() - started) / 1000
  const way = UploadId ? t('in parts', '分块上传') : t('in one request', '单次请求')
  printer.check(
    ETag !== '',
    `${file.name}  ${formatSize(file.size)} ${way}, ${seconds.toFixed(2)} s, ETag ${ETag}`,
  )
  if (confirmError) printer.line(`! ${confirmError.code}: ${confirmError.message}`)
}

async function readBack(
  phone: Phone,
  prefix: string,
  file: ScenarioFile,
  printer: Reporter,
): Promise<void> {
  const Key = prefix + file.name
  const checksum =
    file.size > DOWNLOAD_LIMIT
      ? await checksumByRanges(phone, Key, file.size)
      : await checksumByDownload(phone, Key)
  printer.check(
    checksum === file.checksum,
    `${file.name}  sha256 ${checksum.slice(0, 16)}… ${
      checksum === file.checksum
        ? t('equals the original', '与原文件一致')
        : t('DIFFERS FROM the original', '与原文件不一致')
    }`,
  )
}

/** Limit of wx.downloadFile. */
const DOWNLOAD_LIMIT = 200 * 1024 * 1024
const RANGE_BYTES = 8 * 1024 * 1024

async function checksumByRanges({ cos }: Phone, Key: string, size: number): Promise<string> {
  const hash = createHash('sha256')
  for (let start = 0; start < size; start += RANGE_BYTES) {
    const Range = `bytes=${start}-${Math.min(start + RANGE_BYTES, size) - 1}`
    const { Body } = await cos.getObject({ Key, Range, DataType: 'arraybuffer' })
    hash.update(new Uint8Array(Body as ArrayBuffer))
  }
  return hash.digest('hex')
}

async function checksumByDownload(phone: Phone, Key: string): Promise<string> {
  const target = await download(phone, await phone.cos.getObjectUrl({ Key }))
  const checksum = await checksumOf(target)
  await fs.unlink(target)
  return checksum
}

/** Downloads to the phone's disk, as an app does with large files. */
function download(phone: Phone, url: string): Promise<string> {
  const { wx } = phone.simulator
  const path = `${wx.env.USER_DATA_PATH}/download`
  return new Promise((resolve, reject) => {
    wx.downloadFile({
      url,
      filePath: path,
      success: ({ statusCode }: { statusCode: number }) =>
        statusCode === 200
          ? resolve(phone.simulator.realPath(path))
          : reject(new Error(`the download was answered with ${statusCode}`)),
      fail: ({ errMsg }) => reject(new Error(errMsg)),
    })
  })
}

/** Checks that any HTTP client can open a signed URL, and only for its object. */
async function share(
  { name, params, read }: UrlReader,
  phone: Phone,
  prefix: string,
  file: ScenarioFile,
  printer: Reporter,
): Promise<string> {
  const url = await phone.cos.getObjectUrl({ Key: prefix + file.name, Expires: 600, ...params })
  const { bytes } = await read(url)
  const isSame = createHash('sha256').update(bytes).digest('hex') === file.checksum
  printer.check(
    isSame,
    t(
      `${name} fetched ${file.name} by a URL that is valid for 10 minutes`,
      `${name} 用 10 分钟有效的链接下载了 ${file.name}`,
    ),
  )
  const { status } = await read(url.replace(/\/[^/?]*\?/, '/another.png?'))
  printer.check(
    status === 403,
    t(
      `the same signature on another object is answered with ${status}`,
      `同一签名用于其他对象时返回 ${status}`,
    ),
  )
  return url
}

/** Code of cos-signature for a request that no rule permits. */
const REFUSED_BY_FUNCTION = 'KitRequestRefused'

/** Attempts of another user, which COS must refuse or, without a key on the phone, the function. */
async function attack(
  bob: Phone,
  prefix: string,
  file: ScenarioFile,
  printer: Reporter,
): Promise<void> {
  const Key = prefix + file.name
  const { Bucket, Region, prefix: own } = await bob.cos.caller()
  const host = bucketHost({ bucket: Bucket, region: Region })
  const source = `${host}/${encodeURIComponent(Key).replace(/%2F/g, '/')}`
  const attempts: [what: string, attempt: () => Promise<unknown>][] = [
    [t('read', '读取'), () => bob.cos.getObject({ Key })],
    [t('read the headers', '读取元数据'), () => bob.cos.headObject({ Key })],
    [t('overwrite', '覆盖'), () => bob.cos.putObject({ Key, Body: 'mine now' })],
    [
      t('upload a new file', '上传新文件'),
      () => bob.cos.uploadFile({ Key: `${prefix}new.png`, FilePath: file.path }),
    ],
    [t('list', '列出目录'), () => bob.cos.getBucket({ Prefix: prefix })],
    [t('list the whole bucket', '列出整个存储桶'), () => bob.cos.getBucket({ Prefix: '' })],
    [t('delete', '删除'), () => bob.cos.deleteObject({ Key })],
    [
      t('copy from', '复制'),
      () => bob.cos.putObjectCopy({ Key: `${own}stolen`, CopySource: source }),
    ],
  ]
  for (const [what, attempt] of attempts) {
    const refusal = await attempt().then(
      () => undefined,
      (error: CosError) => error,
    )
    const answer = refusal
      ? `${refusal.statusCode ?? ''} ${refusal.code}`.trim()
      : t('ALLOWED', '被允许')
    const isRefused = refusal?.statusCode === 403 || refusal?.code === REFUSED_BY_FUNCTION
    printer.check(isRefused, `${padColumns(what, 22)} ${answer}`)
  }
  // COS answers with a result for each object.
  const code = await bob.cos.deleteMultipleObject({ Objects: [{ Key }] }).then(
    ({ Error: failed }) => failed[0]?.Code,
    (error: CosError) => error.code,
  )
  printer.check(
    code === 'AccessDenied' || code === REFUSED_BY_FUNCTION,
    `${padColumns(t('delete among others', '批量删除'), 22)} ${code}`,
  )
}

/** A local file that the main scenario uploads. */
export interface ScenarioFile {
  path: string
  name: string
  size: number
  /** SHA-256 in hex. */
  checksum: string
}

/** Sample pictures, used if no files are given. */
export const SAMPLES = [ownFile('samples/dawn.png'), ownFile('samples/sea.png')]

const GENERATED_BYTES = 25 * 1024 * 1024

/** @throws Error that names the first path that is not a file */
export function checkFiles(given: string[]): void {
  const missing = given.find(
    (path) => !existsSync(fromCaller(path)) || !statSync(fromCaller(path)).isFile(),
  )
  if (missing) throw localizedError(`no such file: ${missing}`, `文件不存在：${missing}`)
}

/** The files of the command line, or the sample pictures and a generated file of 25 MB. */
export async function chooseFiles(given: string[], folder: string): Promise<ScenarioFile[]> {
  const paths = given.length > 0 ? given.map(fromCaller) : await samples(folder)
  const names = paths.map((path) => basename(path))
  return Promise.all(
    paths.map((path, i) => {
      const name = names[i] as string
      // Files of the same name from two folders become two objects.
      return describe(path, names.indexOf(name) === i ? name : `${i + 1}-${name}`)
    }),
  )
}

async function samples(folder: string): Promise<string[]> {
  const large = join(folder, 'generated-25MB.bin')
  await fs.mkdir(folder, { recursive: true })
  await fs.writeFile(large, randomBytes(GENERATED_BYTES))
  return [...SAMPLES, large]
}

async function describe(path: string, name: string): Promise<ScenarioFile> {
  const { size } = await fs.stat(path)
  return { path, name, size, checksum: await checksumOf(path) }
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}
