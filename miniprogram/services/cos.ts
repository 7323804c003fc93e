import { COS } from 'miniprogram-cos'
import { CLOUD } from '../config'

/** The app's only COS client. Bucket, region and the user's folder come with its first key. */
export const cos = COS.cloud({ ProgressInterval: 200, ...CLOUD })

/**
 * The folder that the list of files shows; uploads go there. Paths in this app are relative to the user's own folder:
 * `trips/sea.jpg`. Folders end in a slash.
 */
export const openFolder = { path: '' }

/** The object key of a path. */
export async function keyOf(path: string): Promise<string> {
  const { prefix } = await cos.caller()
  return prefix + path
}

/** Whether a file exists. Lists its key, because COS answers 404 to a HEAD request for a missing one. */
export async function exists(path: string): Promise<boolean> {
  const Key = await keyOf(path)
  // The key itself is the first of all keys that begin with it.
  const { Contents } = await cos.getBucket({ Prefix: Key, MaxKeys: 1 })
  return Contents.some((object) => object.Key === Key)
}

/** An empty folder is an object whose key ends in a slash. */
export async function makeFolder(path: string): Promise<void> {
  await cos.putObject({ Key: await keyOf(`${path}/`), Body: '' })
}

/** Whether a text can be the name of a file or a folder. */
export function isName(text: string): boolean {
  return text !== '' && !/[/\\]/.test(text) && !/^\.+$/.test(text)
}
