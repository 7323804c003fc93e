import { absolutePrefix, clientOf, optionsOf } from './client'
import { mediaKind, uniqueName } from './file'
import { problemOf } from './locale'

export interface AdapterOptions {
  /** Folder: relative to the user's own, or absolute with a slash at its beginning. @default '' */
  prefix?: string
  /** Name of a client given to `configure`. @default 'default' */
  client?: string
}

/** A local file of another library's uploader. */
export interface LocalFile {
  path: string
  /** @default the last part of the path */
  name?: string | undefined
  /** Bytes. */
  size?: number | undefined
}

/**
 * Uploads one file under a new name. @returns its object key
 * @throws CosError
 */
export async function uploadFile(
  { path, name, size = 0 }: LocalFile,
  { prefix = '', client = '' }: AdapterOptions,
  onPercent: (percent: number) => void = () => {},
): Promise<string> {
  const { prepare, uploadParams } = optionsOf(client)
  const given = name || path.slice(path.lastIndexOf('/') + 1)
  const chosen = { path, name: given, size, type: mediaKind(given) }
  const file = prepare ? await prepare(chosen) : chosen
  const Key = (await absolutePrefix(client, prefix)) + uniqueName(file.name)
  await clientOf(client).uploadFile({
    ...uploadParams,
    Key,
    FilePath: file.path,
    onProgress: ({ percent }) => onPercent(Math.round(percent * 100)),
  })
  return Key
}

/** A page or a component that has the list of files in its data. */
export interface ListOwner {
  data: Record<string, unknown>
  setData(data: Record<string, unknown>): void
}

/** How an uploader's list names the state of a file. */
export interface ItemFormat<Item> {
  /** The fields of an item whose file is being uploaded. */
  loading(percent: number): Partial<Item>
  done: Partial<Item>
  failed(message: string): Partial<Item>
}

let lastId = 0

/**
 * Adds files to a list in the data of a page, uploads them and updates their items. Each item gets `cosKey`, the
 * object key, when it is stored. Resolves when all have ended; failed ones stay in the list.
 */
export async function uploadIntoList<Item extends object>(
  owner: ListOwner,
  field: string,
  files: (Item & { local: LocalFile })[],
  format: ItemFormat<Item>,
  options: AdapterOptions,
): Promise<void> {
  type Listed = Item & { cosId?: number; cosKey?: string }
  const list = () => (owner.data[field] || []) as Listed[]
  const added = files.map(({ local, ...item }) => {
    lastId++
    return { local, item: { ...item, ...format.loading(0), cosId: lastId } }
  })
  owner.setData({ [field]: [...list(), ...added.map(({ item }) => item)] })
  await Promise.all(
    added.map(async ({ local, item: { cosId } }) => {
      // The user may have removed another file, or this one.
      const update = (changes: object) => {
        const index = list().findIndex((item) => item.cosId === cosId)
        if (index < 0) return
        const paths: Record<string, unknown> = {}
        for (const [name, value] of Object.entries(changes)) {
          paths[`${field}[${index}].${name}`] = value
        }
        owner.setData(paths)
      }
      try {
        const cosKey = await uploadFile(local, options, (percent) =>
          update(format.loading(percent)),
        )
        update({ ...format.done, cosKey })
      } catch (error) {
        update(format.failed(problemOf(error, '').advice))
      }
    }),
  )
}

/** Removes a file from a list in the data of a page. */
export function removeFromList(owner: ListOwner, field: string, index: number): void {
  const list = (owner.data[field] || []) as object[]
  owner.setData({ [field]: list.filter((_, i) => i !== index) })
}
