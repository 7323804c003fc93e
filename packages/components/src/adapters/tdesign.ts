import type { AdapterOptions } from '../adapter'
import { type ListOwner, removeFromList, uploadIntoList } from '../adapter'

/** An item of the property `files` of `<t-upload>`. */
interface TDesignFile {
  url: string
  name?: string
  size?: number
  type?: 'image' | 'video'
  status?: 'loading' | 'reload' | 'failed' | 'done'
  percent?: number
}

interface AddEvent {
  detail: { files: TDesignFile[] }
}
interface RemoveEvent {
  detail: { index: number }
}

/**
 * Handlers for `<t-upload files="{{files}}" bind:add="onAdd" bind:remove="onRemove" />` of tdesign-miniprogram. Each
 * file in the list gets `cosKey`, its object key, when it is stored.
 * @param field name of the list in the page's data
 *
 * @example
 * Page({ data: { files: [] }, ...tdesignUpload('files', { prefix: 'photos/' }) })
 */
export function tdesignUpload(field: string, options: AdapterOptions = {}) {
  return {
    onAdd(this: ListOwner, { detail }: AddEvent): Promise<void> {
      const files = detail.files.map((file) => ({
        ...file,
        local: { path: file.url, name: file.name, size: file.size },
      }))
      return uploadIntoList<TDesignFile>(
        this,
        field,
        files,
        {
          loading: (percent) => ({ status: 'loading', percent }),
          done: { status: 'done', percent: 100 },
          failed: () => ({ status: 'failed' }),
        },
        options,
      )
    },
    onRemove(this: ListOwner, { detail }: RemoveEvent): void {
      removeFromList(this, field, detail.index)
    },
  }
}
