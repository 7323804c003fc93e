import { t } from '../text'
import type { Journal, Rewritten } from './journal'
import type { FieldChange, RecordData, RecordId, Records, TargetBucket } from './places'
import { FILE_ID_PREFIX } from './places'
import type { KeyNames, Problem } from './plan'
import { type FieldSelection, textsAt } from './recordFields'

/** A record that the app changes all the time is tried this often. */
const ATTEMPTS = 5

/**
 * Replaces fileIDs in records by the keys of their copies. Files that are not copied stay as they are. A
 * record that the app changes at the same moment is read again.
 * @returns how many records were changed, and the records that could not be
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
 * Undoes a migration: records name the fileIDs again, then the copies are deleted that it made. Where an
 * app has replaced a key meanwhile, its value stays.
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
    // An object that somebody has written since is not ours; a copy that was cut off has no digest yet.
    if (!present || (copy && present.md5 !== copy.md5)) continue
    await bucket.delete(Key)
    deleted += 1
    onProgress(++done)
  }
  return { changed, deleted, problems }
}

/** Changes that give a record its fileIDs back, also where the elements of an array have moved. */
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

/** Changes a record, and computes the changes anew when it was changed in between. */
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
