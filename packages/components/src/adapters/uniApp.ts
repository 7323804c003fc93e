import { type AdapterOptions, uploadFile } from '../adapter'
import { signedUrl } from '../signedUrl'

/** A file of the event `select` of `<uni-file-picker>`. */
interface PickedFile {
  path?: string
  url?: string
  name: string
  size?: number
  extname?: string
}

/** An item of the `v-model` of `<uni-file-picker>`, with its object key. */
interface StoredFile {
  url: string
  name: string
  extname: string
  cosKey: string
}

/**
 * Uploads the files of the event `select` of `<uni-file-picker :auto-upload="false" @select="onSelect" />`.
 * @returns items for its `v-model`, in the same order
 * @throws CosError of the first file that fails
 *
 * @example
 * async onSelect(event) {
 *   this.files.push(...(await uploadPicked(event, { prefix: 'photos/' })))
 * }
 */
export function uploadPicked(
  event: { tempFiles: PickedFile[] },
  options: AdapterOptions & { onProgress?: (percent: number, index: number) => void } = {},
): Promise<StoredFile[]> {
  const { onProgress = () => {} } = options
  return Promise.all(
    event.tempFiles.map(async ({ path, url, name, size, extname = '' }, index) => {
      const local = { path: path || url || '', name, size }
      const cosKey = await uploadFile(local, options, (percent) => onProgress(percent, index))
      const signed = await signedUrl(options.client || '', cosKey)
      return { url: signed.url, name, extname, cosKey }
    }),
  )
}
