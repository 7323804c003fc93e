import { createHash } from 'node:crypto'
import { promises as fs } from 'node:fs'
import { BUCKET_HOST } from '../localSettings'
import { checksumOf, type JobFile } from './files'
import type { Phone } from './phone'
import { formatBytes, type Teller } from './printer'
import type { UrlReader } from './urlReader'

/**
 * Two users, real files: everything the kit promises, once, checked step by step.
 * @param reader opens what is shared
 * @returns a signed URL of a file that is still there, for curl or a browser
 */
export async function runMainJob(
  reader: UrlReader,
  [alice, bob]: [Phone, Phone],
  files: JobFile[],
  printer: Teller,
): Promise<string> {
  printer.title(`1. ${alice.name} gets a key from the cloud function`)
  const { prefix, Bucket, Region } = await alice.cos.caller()
  printer.check(
    prefix.includes(alice.openid),
    `the function knows the caller; the folder is ${prefix}`,
  )
  printer.line(`bucket ${Bucket}, region ${Region}`)

  printer.title('2. Upload')
  for (const file of files) await upload(alice, prefix, file, printer)

  printer.title('3. List')
  const { Contents } = await alice.cos.getBucket({})
  for (const file of files) {
    const found = Contents.find(({ Key }) => Key === prefix + file.name)
    printer.check(
      Number(found?.Size) === file.size,
      `${file.name}  ${formatBytes(Number(found?.Size))}`,
    )
  }

  printer.title('4. Read back')
  for (const file of files) await readBack(alice, prefix, file, printer)

  printer.title('5. Share')
  const shared = files[0] as JobFile
  const url = await share(reader, alice, prefix, shared, printer)

  printer.title(`6. ${bob.name} tries ${alice.name}'s folder`)
  await attack(bob, prefix, shared, printer)

  printer.title('7. Delete')
  const doomed = files.length > 1 ? files.filter((file) => file !== shared) : files
  for (const file of doomed) await alice.cos.deleteObject({ Key: prefix + file.name })
  const left = await alice.cos.getBucket({})
  printer.check(
    left.Contents.length === files.length - doomed.length,
    `${doomed.length} files are gone${doomed.length < files.length ? '; the shared one stays' : ''}`,
  )
  return url
}

async function upload(phone: Phone, prefix: string, file: JobFile, printer: Teller): Promise<void> {
  const started = Date.now()
  const { ETag, UploadId } = await phone.cos.uploadFile({
    Key: prefix + file.name,
    FilePath: file.path,
    onProgress: ({ percent, speed }) => printer.bar(file.name, percent, speed),
  })
  const seconds = (Date.now() - started) / 1000
  const way = UploadId ? 'in parts' : 'in one request'
  printer.check(
    ETag !== '',
    `${file.name}  ${formatBytes(file.size)} ${way}, ${seconds.toFixed(2)} s, ETag ${ETag}`,
  )
}

async function readBack(
  phone: Phone,
  prefix: string,
  file: JobFile,
  printer: Teller,
): Promise<void> {
  const Key = prefix + file.name
  const checksum =
    file.size > DOWNLOAD_LIMIT
      ? await checksumByRanges(phone, Key, file.size)
      : await checksumByDownload(phone, Key)
  printer.check(
    checksum === file.checksum,
    `${file.name}  sha256 ${checksum.slice(0, 16)}… ${checksum === file.checksum ? 'equals' : 'DIFFERS FROM'} the original`,
  )
}

/** wx.downloadFile takes no larger file. */
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

/** Downloads to the phone's disk, as an app does with anything large. */
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

/** A signed URL is for anything that speaks HTTP. */
async function share(
  { name, params, read }: UrlReader,
  phone: Phone,
  prefix: string,
  file: JobFile,
  printer: Teller,
): Promise<string> {
  const url = await phone.cos.getObjectUrl({ Key: prefix + file.name, Expires: 600, ...params })
  const { bytes } = await read(url)
  const isSame = createHash('sha256').update(bytes).digest('hex') === file.checksum
  printer.check(isSame, `${name} fetched ${file.name} by a URL that is good for 10 minutes`)
  const { status } = await read(url.replace(/\/[^/?]*\?/, '/another.png?'))
  printer.check(status === 403, `the same signature on another object is answered with ${status}`)
  return url
}

/** Everything that must not work, each refused by COS itself. */
async function attack(bob: Phone, prefix: string, file: JobFile, printer: Teller): Promise<void> {
  const Key = prefix + file.name
  const own = (await bob.cos.caller()).prefix
  const source = `${BUCKET_HOST}/${encodeURIComponent(Key).replace(/%2F/g, '/')}`
  const attempts: [what: string, attempt: () => Promise<unknown>][] = [
    ['read', () => bob.cos.getObject({ Key })],
    ['read the headers', () => bob.cos.headObject({ Key })],
    ['overwrite', () => bob.cos.putObject({ Key, Body: 'mine now' })],
    [
      'upload beside it',
      () => bob.cos.uploadFile({ Key: `${prefix}new.png`, FilePath: file.path }),
    ],
    ['list', () => bob.cos.getBucket({ Prefix: prefix })],
    ['list the whole bucket', () => bob.cos.getBucket({ Prefix: '' })],
    ['delete', () => bob.cos.deleteObject({ Key })],
    ['copy from', () => bob.cos.putObjectCopy({ Key: `${own}stolen`, CopySource: source })],
  ]
  for (const [what, attempt] of attempts) {
    const refusal = await attempt().then(
      () => undefined,
      (error: { statusCode?: number; code?: string }) => error,
    )
    const answer = refusal ? `${refusal.statusCode} ${refusal.code}` : 'ALLOWED'
    printer.check(refusal?.statusCode === 403, `${what.padEnd(22)} ${answer}`)
  }
  const { Error: failed } = await bob.cos.deleteMultipleObject({ Objects: [{ Key }] })
  printer.check(
    failed[0]?.Code === 'AccessDenied',
    `${'delete among others'.padEnd(22)} ${failed[0]?.Code}`,
  )
}
