import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'

/** How many blobs a stopped local COS keeps in its data folder: files, and rows of the table. */
export async function countBlobsOnDisk(data: string): Promise<number> {
  const folder = join(data, 'blobs')
  const files = readdirSync(folder).reduce(
    (sum, name) => sum + readdirSync(join(folder, name)).length,
    0,
  )
  const db = new ClassicLevel(join(data, 'metadata'))
  const rows = await db.keys({ gt: 'small\0', lt: 'small\0\uffff' }).all()
  await db.close()
  return files + rows.length
}
