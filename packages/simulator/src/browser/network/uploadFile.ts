import type { CallbackOptions } from '../../callbacks'
import { phoneFiles } from '../files/phoneFiles'
import type { Header, NetworkServices } from './exchange'
import { networkTask, progressListeners } from './networkTask'

export interface UploadOptions extends CallbackOptions {
  url: string
  filePath: string
  name: string
  header?: Header
  formData?: Record<string, unknown>
  timeout?: number
}

/** wx.uploadFile: POST multipart/form-data only, one file, headers through an event. */
export function uploadFile(options: UploadOptions, services: NetworkServices) {
  const { tell, ...progress } = progressListeners<{
    totalBytesSent: number
    totalBytesExpectedToSend: number
  }>()
  const task = networkTask('uploadFile', options, services, {
    prepare: async () => ({
      url: options.url,
      method: 'POST',
      header: withoutContentType(options.header),
      body: await formOf(options),
      responseType: 'text',
      timeout: options.timeout ?? 0,
      onSent: (totalBytesSent, totalBytesExpectedToSend) =>
        tell(totalBytesSent, totalBytesExpectedToSend, {
          totalBytesSent,
          totalBytesExpectedToSend,
        }),
    }),
    finish: ({ statusCode, data }) => ({ statusCode, data }),
  })
  return { ...task, ...progress }
}

async function formOf({ filePath, name, formData = {} }: UploadOptions): Promise<FormData> {
  const form = new FormData()
  for (const [field, value] of Object.entries(formData)) {
    if (value !== undefined) form.append(field, String(value))
  }
  const file = await phoneFiles.get(filePath, 'uploadFile')
  form.append(name, file, filePath.split('/').pop() ?? 'file')
  return form
}

/** The browser writes it, with the boundary that only it knows. */
function withoutContentType(header: Header = {}): Header {
  return Object.fromEntries(
    Object.entries(header).filter(([name]) => name.toLowerCase() !== 'content-type'),
  )
}
