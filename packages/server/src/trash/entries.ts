import { randomBytes } from 'node:crypto'
import type { TrashedObject } from '@miniprogram-cos/protocol'
import type { ListedFile } from '../bucketAccess'
import { TRASH } from '../rules'

/** An object in the trash: `.trash/<key>/<id>`. */
export interface TrashEntry {
  key: string
  /** Time of the deletion, a random part, and who deleted it: `20261130T141552Z-1a2b3c4d-owner`. */
  id: string
}

/** `owner`: the owner of the folder, who may restore the object. `other`: anybody else. */
export type DeletedBy = 'owner' | 'other'

const ID = /^\d{8}T\d{6}Z-[\da-f]{8}-(owner|other)$/
const ENTRY = /^\.trash\/(.+)\/([^/]+)$/s

/** Bytes by which the key of an entry is longer than the key of its object. */
export const ENTRY_BYTES = `${TRASH}/20261130T141552Z-1a2b3c4d-owner`.length

export function newEntry(key: string, now: number, by: DeletedBy): TrashEntry {
  const date = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  return { key, id: `${date}-${randomBytes(4).toString('hex')}-${by}` }
}

export const entryKey = ({ key, id }: TrashEntry): string => `${TRASH}${key}/${id}`

export const isEntryId = (id: string): boolean => ID.test(id)

/** Who deleted the object. */
export const deletedBy = ({ id }: TrashEntry): DeletedBy =>
  ID.exec(id)?.[1] === 'owner' ? 'owner' : 'other'

/** Reads the key of an object in the trash. @returns undefined if it is not the key of an entry */
export function readEntry(path: string): TrashEntry | undefined {
  const [, key = '', id = ''] = ENTRY.exec(path) ?? []
  return isEntryId(id) ? { key, id } : undefined
}

const DAY = 24 * 60 * 60 * 1000

/** An entry as the caller sees it. */
export function describeEntry(
  { key, id }: TrashEntry,
  { size }: Pick<ListedFile, 'size'>,
  days: number,
): TrashedObject {
  const date = id.replace(/^(....)(..)(..)T(..)(..)(..)Z.*/, '$1-$2-$3T$4:$5:$6Z')
  const Expires = new Date(Date.parse(date) + days * DAY).toISOString().replace('.000', '')
  return { Key: key, TrashId: id, Size: size, Deleted: date, Expires }
}
