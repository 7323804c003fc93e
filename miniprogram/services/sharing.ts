import { cos } from './cos'

/** A file that others see, or will see when it is approved. */
export interface SharedFile {
  key: string
  name: string
  /** Bytes. */
  size: number
  /** Unix milliseconds. */
  time: number
  isApproved: boolean
}

/** Where the user uploads files to be reviewed, and where a function moves those that are approved. */
export async function sharingFolders(): Promise<{ incoming: string; shared: string }> {
  const { prefix } = await cos.caller()
  const own = prefix.slice(prefix.indexOf('/'))
  return { incoming: `incoming${own}`, shared: `shared${own}` }
}

/** The user's files in both folders, the last one first: the folder is the state. */
export async function readSharing(): Promise<SharedFile[]> {
  const { incoming, shared } = await sharingFolders()
  const read = async (prefix: string): Promise<SharedFile[]> => {
    const { Contents } = await cos.getBucket({ Prefix: prefix })
    return Contents.map(({ Key, Size, LastModified }) => ({
      key: Key,
      name: Key.slice(prefix.length),
      size: Number(Size),
      time: Date.parse(LastModified),
      isApproved: prefix === shared,
    }))
  }
  const files = await Promise.all([read(incoming), read(shared)])
  return [...files[0], ...files[1]].sort((a, b) => b.time - a.time)
}
