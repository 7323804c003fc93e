import type { AdapterOptions } from '../adapter'
import { type ListOwner, removeFromList, uploadIntoList } from '../adapter'

/** An item of the property `file-list` of `<van-uploader>`. */
interface VantFile {
  url: string
  name?: string
  size?: number
  status?: '' | 'uploading' | 'failed' | 'done'
  message?: string
}

interface AfterReadEvent {
  detail: { file: VantFile | VantFile[] }
}
interface DeleteEvent {
  detail: { index: number }
}

/**
 * Handlers for `<van-uploader file-list="{{files}}" bind:after-read="onAfterRead" bind:delete="onDelete" />` of
 * @vant/weapp. Each file in the list gets `cosKey`, its object key, when it is stored.
 * @param field name of the list in the page's data
 *
 * @example
 * Page({ data: { files: [] }, ...vantUploader('files', { prefix: 'photos/' }) })
 */
export function vantUploader(field: string, options: AdapterOptions = {}) {
  return {
    onAfterRead(this: ListOwner, { detail: { file } }: AfterReadEvent): Promise<void> {
      const files = (Array.isArray(file) ? file : [file]).map((added) => ({
        ...added,
        local: { path: added.url, name: added.name, size: added.size },
      }))
      return uploadIntoList<VantFile>(
        this,
        field,
        files,
        {
          loading: (percent) => ({ status: 'uploading', message: `${percent}%` }),
          done: { status: 'done', message: '' },
          failed: (message) => ({ status: 'failed', message }),
        },
        options,
      )
    },
    onDelete(this: ListOwner, { detail }: DeleteEvent): void {
      removeFromList(this, field, detail.index)
    },
  }
}
