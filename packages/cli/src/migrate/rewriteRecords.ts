import { t } from '../text'
import type { Journal, Rewritten } from './journal'
import type { FieldChange, RecordData, RecordId, Records, TargetBucket } from './places'
import { FILE_ID_PREFIX } from './places'
import type { KeyNames, Problem } from './plan'
import { type FieldSelection, textsAt } from './plan'

/** Attempts per record, which the app may change concurrently. */
const ATTEMPTS = 5

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
      ? await replaceTexts(records, collection, record, (one) => reverse(one, rewritten))
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
  for (let attempt = 1; attempt <= ATTEMPTS && record; attempt++) {
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
