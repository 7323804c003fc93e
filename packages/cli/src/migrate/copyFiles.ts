import { createHash } from 'node:crypto'
import { createWriteStream, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { localizedError, t } from '../text'
import type { Journal } from './journal'
import type { FileDigest, SourceFile, SourceFiles, TargetBucket } from './places'
import type { PlannedCopy, Problem } from './plan'

const ATTEMPTS = 4

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
  places: { files: SourceFiles; bucket: TargetBucket },
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
        bytes += await retried(copy, () => copyFile(copy, places, journal, file))
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
      if (attempt === ATTEMPTS) {
        const { code, message } = error as { code?: unknown; message?: string }
        throw new Error(`${Key}: ${[code, message].filter(Boolean).join(' ')}`)
      }
      await sleep(RETRY_DELAY * 2 ** (attempt - 1))
    }
  }
}
