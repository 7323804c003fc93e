import { load, save } from './wx/files'

/** COS keeps the parts of an unfinished upload forever; the official client resumes uploads for a month. */
const MAX_AGE_SECONDS = 30 * 86_400

const now = () => Math.floor(Date.now() / 1000)

/** An entry with the time when it was saved, in Unix seconds. */
type Saved<Entry> = Entry & { at: number }

/** A list in the storage of the phone, newest first: the transfers that can be resumed after a restart of the app. */
export class StoredList<Entry extends object> {
  /**
   * @param _name the key in the storage
   * @param _id the field that identifies an entry
   */
  constructor(
    private readonly _name: string,
    private readonly _id: keyof Entry,
  ) {}

  read(): Saved<Entry>[] {
    const stored = load(this._name)
    // Only this class writes there; entries of another version lack the required fields.
    const entries: Saved<Entry>[] = Array.isArray(stored) ? stored : []
    return entries.filter((entry) => entry && entry[this._id])
  }

  /** The entries that are not too old. */
  recent(): Saved<Entry>[] {
    const oldest = now() - MAX_AGE_SECONDS
    return this.read().filter(({ at }) => at > oldest)
  }

  /**
   * Saves an entry, and drops those that are too old or beyond the limit.
   * @returns whether it was saved: the storage may be full, or the limit 0
   */
  put(entry: Entry, limit: number): boolean {
    const others = this.recent().filter((other) => other[this._id] !== entry[this._id])
    return save(this._name, [{ ...entry, at: now() }, ...others].slice(0, limit)) && limit > 0
  }

  remove(id: Entry[keyof Entry]): void {
    const entries = this.read()
    const remaining = entries.filter((entry) => entry[this._id] !== id)
    if (remaining.length < entries.length) save(this._name, remaining)
  }
}
