import { createHash } from 'node:crypto'
import { createWriteStream, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { localizedError, t } from '../text'
import {
  FILE_ID_PREFIX,
  type FieldChange,
  type FileDigest,
  type RecordData,
  type RecordId,
  type Records,
  type SourceFile,
  type SourceFiles,
  type TargetBucket,
} from './endpoints'
import type { Journal, Rewritten } from './journal'
import { type FieldSelection, type KeyNames, type PlannedCopy, type Problem, textsAt } from './plan'

const COPY_ATTEMPTS = 4

/** Milliseconds before the second attempt; each further one waits twice as long. */
const RETRY_DELAY = 500

export interface CopyOptions {
  /** Files that are copied concurrently. */
  parallel: number
  /** Maximum number of files that are started per second. */
  rate: number
  /** Folder for the files that are being copied. */
  temporary: string
  onProgress: (done: number, bytes: number) => void
}

/** A permanent failure of copying a file. */
class CopyProblem extends Error {}

/**
 * Copies the files that have not been copied according to the journal. Size and MD5 of each are compared with the source and
 * the bucket. Existing objects are never overwritten: one with the same content counts as the copy, another is a problem.
 */
export async function copyFiles(
  copies: readonly PlannedCopy[],
  endpoints: { files: SourceFiles; bucket: TargetBucket },
  journal: Journal,
  { parallel, rate, temporary, onProgress }: CopyOptions,
): Promise<Problem[]> {
  const problems: Problem[] = []
  // Files of a killed process.
  rmSync(temporary, { recursive: true, force: true })
  mkdirSync(temporary, { recursive: true })
  const open = copies.filter(({ Key }) => !journal.copied.has(Key))
  let [next, done, bytes, startAt] = [0, copies.length - open.length, 0, 0]
  onProgress(done, bytes)
  const worker = async (number: number) => {
    for (let copy = open[next++]; copy; copy = open[next++]) {
      const now = Date.now()
      startAt = Math.max(startAt + 1000 / rate, now)
      if (startAt > now) await sleep(startAt - now)
      try {
        const file = join(temporary, String(number))
        bytes += await retried(copy, () => copyFile(copy, endpoints, journal, file))
      } catch (error) {
        problems.push({ subject: copy.fileID, reason: (error as Error).message })
      }
      done += 1
      onProgress(done, bytes)
    }
  }
  await Promise.all(Array.from({ length: Math.min(parallel, open.length) }, (_, n) => worker(n)))
  rmSync(temporary, { recursive: true, force: true })
  return problems
}

/** @returns the file's size */
async function copyFile(
  { fileID, Key }: PlannedCopy,
  { files, bucket }: { files: SourceFiles; bucket: TargetBucket },
  journal: Journal,
  file: string,
): Promise<number> {
  const source = await files.open(fileID)
  if (!source) throw new CopyProblem(t('the file does not exist', '文件不存在'))
  const digest = await save(source, file)
  const present = await bucket.find(Key)
  if (!present) {
    if (!journal.begun.has(Key)) journal.append({ step: 'copying', fileID, Key })
    const md5 = await bucket.put(Key, file, { ...digest, contentType: source.contentType })
    if (md5 !== digest.md5)
      throw localizedError(`the copy ${Key} differs`, `副本 ${Key} 内容不一致`)
  } else if (present.size !== digest.size || present.md5 !== digest.md5) {
    throw new CopyProblem(
      t(`the bucket has another object ${Key}`, `存储桶中已有不同的对象 ${Key}`),
    )
  }
  journal.append({ step: 'copied', fileID, Key, ...digest, isNew: journal.begun.has(Key) })
  return digest.size
}

/** Saves a file and compares it with the size and MD5 of its storage. */
async function save(source: SourceFile, file: string): Promise<FileDigest> {
  const hash = createHash('md5')
  let size = 0
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      hash.update(chunk)
      size += chunk.length
      callback(null, chunk)
    },
  })
  await pipeline(source.content, measure, createWriteStream(file))
  const md5 = hash.digest('hex')
  if (size !== source.size || (source.md5 !== undefined && md5 !== source.md5)) {
    throw localizedError('the download is incomplete', '下载不完整')
  }
  return { size, md5 }
}

async function retried<T>({ Key }: PlannedCopy, work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (error instanceof CopyProblem) throw error
      if (attempt === COPY_ATTEMPTS) {
        const { code, message } = error as { code?: unknown; message?: string }
        throw new Error(`${Key}: ${[code, message].filter(Boolean).join(' ')}`)
      }
      await sleep(RETRY_DELAY * 2 ** (attempt - 1))
    }
  }
}

/** Attempts per record, which the app may change concurrently. */
const REWRITE_ATTEMPTS = 5

/**
 * Replaces fileIDs in records by the keys of their copies. fileIDs of files that were not copied are kept. A
 * record that the app changes concurrently is read again.
 * @returns the number of changed records, and the records that could not be changed
 */
export async function rewriteRecords(
  records: Records,
  journal: Journal,
  selections: FieldSelection[],
  names: KeyNames,
): Promise<{ changed: number; problems: Problem[] }> {
  const problems: Problem[] = []
  let changed = 0
  for (const { collection, field } of selections) {
    for await (const found of records.list(collection)) {
      const changesOf = (record: RecordData) =>
        textsAt(record, field).flatMap(({ path, text }): FieldChange[] => {
          if (!text.startsWith(FILE_ID_PREFIX)) return []
          const named = names.keyOf(text, collection, record)
          if ('reason' in named || journal.copied.get(named.Key)?.fileID !== text) return []
          return [{ path, from: text, to: named.Key }]
        })
      const before = (changes: FieldChange[]) =>
        journal.append({ step: 'rewriting', collection, id: found._id, changes })
      const outcome = await replaceTexts(records, collection, found, changesOf, before)
      if (outcome === 'changed') changed += 1
      if (outcome === 'busy') problems.push(busy(collection, found._id))
    }
  }
  return { changed, problems }
}

/**
 * Undoes a migration: restores the fileIDs in records, then deletes the copies. Keys that the app has replaced meanwhile are
 * kept.
 */
export async function rollBack(
  records: Records,
  bucket: TargetBucket,
  journal: Journal,
  { keepCopies, onProgress }: { keepCopies: boolean; onProgress: (done: number) => void },
): Promise<{ changed: number; deleted: number; problems: Problem[] }> {
  const problems: Problem[] = []
  let [changed, deleted, done] = [0, 0, 0]
  for (const rewritten of journal.rewritten) {
    const { collection, id } = rewritten
    const record = await records.get(collection, id)
    const outcome = record
      ? await replaceTexts(records, collection, record, (current) => reverse(current, rewritten))
      : 'none'
    if (outcome === 'changed') changed += 1
    if (outcome === 'busy') problems.push(busy(collection, id))
    onProgress(++done)
  }
  if (problems.length > 0 || keepCopies) return { changed, deleted, problems }
  for (const Key of journal.begun) {
    const copy = journal.copied.get(Key)
    const present = await bucket.find(Key)
    // An object that was written since is not a copy; an interrupted copy has no digest yet.
    if (!present || (copy && present.md5 !== copy.md5)) continue
    await bucket.delete(Key)
    deleted += 1
    onProgress(++done)
  }
  return { changed, deleted, problems }
}

/** The changes that restore the fileIDs of a record, even if array elements have moved. */
function reverse(record: RecordData, { changes }: Rewritten): FieldChange[] {
  const fileIDs = new Map(changes.map(({ path, from, to }) => [`${fieldOf(path)} ${to}`, from]))
  return textsAt(record).flatMap(({ path, text }) => {
    const to = fileIDs.get(`${fieldOf(path)} ${text}`)
    return to === undefined ? [] : [{ path, from: text, to }]
  })
}

/** A path without the indexes of arrays. */
function fieldOf(path: string): string {
  return path.replace(/\.\d+(?=\.|$)/g, '')
}

/** Changes a record. If it was changed concurrently, the changes are computed again. */
async function replaceTexts(
  records: Records,
  collection: string,
  found: RecordData,
  changesOf: (record: RecordData) => FieldChange[],
  before: (changes: FieldChange[]) => void = () => {},
): Promise<'changed' | 'none' | 'busy'> {
  let record: RecordData | undefined = found
  for (let attempt = 1; attempt <= REWRITE_ATTEMPTS && record; attempt++) {
    const changes = changesOf(record)
    if (changes.length === 0) return 'none'
    before(changes)
    if (await records.replace(collection, record._id, changes)) return 'changed'
    record = await records.get(collection, record._id)
  }
  return record ? 'busy' : 'none'
}

function busy(collection: string, id: RecordId): Problem {
  const reason = t('the record changes all the time', '记录一直在变化')
  return { subject: `${collection}/${id}`, reason }
}
