import { type AdapterOptions, uploadFile } from '../adapter'
import { signedUrl } from '../signedUrl'

/** What Taro's choosers give, and NutUI passes on; its declarations say `File`, the browser's. */
interface TaroFile {
  tempFilePath?: string
  path?: string
  name?: string
  size?: number
}

/**
 * The property `upload` of `<Uploader>` of @nutui/nutui-react-taro 3.
 * @returns a function that uploads a file, and resolves with its signed `url` and `cosKey`, its object key
 *
 * @example
 * <Uploader upload={nutuiUpload({ prefix: 'photos/' })} />
 */
export function nutuiUpload(options: AdapterOptions = {}) {
  return async (file: object): Promise<{ url: string; cosKey: string }> => {
    const { tempFilePath, path, name, size } = file as TaroFile
    const local = { path: tempFilePath || path || '', name, size }
    const cosKey = await uploadFile(local, options)
    const { url } = await signedUrl(options.client || '', cosKey)
    return { url, cosKey }
  }
}
