import type { ListTrashResult } from 'miniprogram-cos'
import { cos } from './cos'
import { keyOf } from './folder'

/** A deleted file. */
export interface DeletedFile {
  key: string
  /** Tells it from others that had the same key. */
  id: string
  /** Below the user's own folder. */
  path: string
  /** Bytes. */
  size: number
  /** Unix milliseconds: when it was deleted, and when it is removed for good. */
  deleted: number
  expires: number
}

/** The user's deleted files, the last one first. */
export async function readTrash(): Promise<DeletedFile[]> {
  const prefix = await keyOf('')
  const files: DeletedFile[] = []
  let Marker: string | undefined
  do {
    const page: ListTrashResult = await cos.listTrash({ Prefix: prefix, ...(Marker && { Marker }) })
    for (const { Key, TrashId, Size, Deleted, Expires } of page.Contents) {
      const path = Key.slice(prefix.length)
      const [deleted, expires] = [Date.parse(Deleted), Date.parse(Expires)]
      files.push({ key: Key, id: TrashId, path, size: Size, deleted, expires })
    }
    Marker = page.NextMarker
  } while (Marker)
  return files.sort((a, b) => b.deleted - a.deleted)
}

/** Moves a file back. @param isReplacing whether a file that has its name now goes into the trash */
export async function restore({ key, id }: DeletedFile, isReplacing: boolean): Promise<void> {
  await cos.restore({ Key: key, TrashId: id, Overwrite: isReplacing })
}

/** Deletes a file for good. */
export async function erase({ key, id }: DeletedFile): Promise<void> {
  await cos.erase({ Key: key, TrashId: id })
}
