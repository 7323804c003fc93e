import type { Level } from './level'
import { row } from './rows'

/** The shape of the rows that this version writes. */
const SCHEMA_VERSION = 2

/**
 * What brings data of one shape to the next. Each must bear being run twice: a crash may come between
 * its work and the note that it is done.
 */
const MIGRATIONS: Record<number, (db: Level) => Promise<void>> = {
  // Since 2 small blobs are rows. Those of before stay files; only older programs cannot read both.
  1: async () => {},
}

/**
 * Brings a folder's data to the present shape.
 * @throws Error when it was written by a newer version
 */
export async function migrate(db: Level, folder: string): Promise<void> {
  const found = (await db.get(row.schema())) as number | undefined
  if (found === undefined) return db.put(row.schema(), SCHEMA_VERSION, { sync: true })
  if (!Number.isInteger(found) || found < 1 || found > SCHEMA_VERSION) {
    throw new Error(
      `the data in ${folder} has schema ${String(found)}; this version reads 1 to ${SCHEMA_VERSION}`,
    )
  }
  for (let version = found; version < SCHEMA_VERSION; version++) {
    await MIGRATIONS[version]?.(db)
    await db.put(row.schema(), version + 1, { sync: true })
  }
}
