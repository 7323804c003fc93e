import { clientOf } from '../client'
import { numberedName, uniqueName } from '../file'
import { isPending, type Upload } from './upload'

/**
 * Gives an upload a key that neither the folder nor another upload has. Temporary paths are no names, because WeChat
 * for Mac repeats them.
 */
export async function chooseKey(
  upload: Upload,
  prefix: string,
  naming: 'unique' | 'keep',
  all: Upload[],
): Promise<void> {
  const { name } = upload
  if (naming === 'unique') {
    upload.key = prefix + uniqueName(name)
    return
  }
  const reserve = (number: number): boolean => {
    const numbered = numberedName(name, number)
    const key = prefix + numbered
    const isReserved = all.some((one) => one.key === key && isPending(one))
    if (!isReserved) Object.assign(upload, { key, name: numbered })
    return !isReserved
  }
  try {
    // Reserved before COS is asked, because several uploads choose at the same time.
    for (let number = 1; !reserve(number) || (await exists(upload)); ) number++
  } catch (_) {
    // Offline, the folder cannot be listed: a number made of the time is not in use.
    reserve(Date.now())
  }
}

/** Lists the key, because COS answers 404 to a HEAD request for a missing one. */
async function exists({ client, key }: Upload): Promise<boolean> {
  const cos = clientOf(client)
  if (!cos.getBucket) throw new Error('the client of miniprogram-cos/upload lists no files')
  // The key itself is the first of all keys that begin with it.
  const { Contents } = await cos.getBucket({ Prefix: key, MaxKeys: 1 })
  return Contents.some((object) => object.Key === key)
}
