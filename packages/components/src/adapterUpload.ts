import { absolutePrefix, clientOf, optionsOf } from './client'
import { mediaKind, uniqueName } from './file'

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
