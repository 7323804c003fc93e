import { type CallbackOptions, callBack, WxError } from '../../callbacks'
import { phoneFiles } from '../files/phoneFiles'
import { type Header, type NetworkServices, type RunningExchange, runExchange } from './exchange'

export interface UploadOptions extends CallbackOptions {
  url: string
  filePath: string
  name: string
  header?: Header
  formData?: Record<string, unknown>
  timeout?: number
}

type ProgressListener = (progress: {
  progress: number
  totalBytesSent: number
  totalBytesExpectedToSend: number
}) => void

type HeaderListener = (result: { header: Record<string, string> }) => void

/** wx.uploadFile: POST multipart/form-data only, one file, headers through an event. */
export function uploadFile(options: UploadOptions, services: NetworkServices) {
  const progress = new Set<ProgressListener>()
  const headers = new Set<HeaderListener>()
  let running: RunningExchange | undefined
  let isAborted = false
  callBack(
    options,
    async () => {
      const form = await formOf(options)
      if (isAborted) throw new WxError('uploadFile:fail abort')
      running = runExchange(
        {
          api: 'uploadFile',
          url: options.url,
          method: 'POST',
          header: withoutContentType(options.header),
          body: form,
          responseType: 'text',
          timeout: options.timeout ?? 0,
          onSent: (totalBytesSent, totalBytesExpectedToSend) => {
            const part = totalBytesSent / Math.max(totalBytesExpectedToSend, 1)
            const told = { totalBytesSent, totalBytesExpectedToSend }
            for (const listener of progress) {
              listener({ progress: Math.floor(part * 100), ...told })
            }
          },
          onHeader: (header) => {
            for (const listener of headers) listener({ header })
          },
        },
        services,
      )
      const { statusCode, data } = await running.done
      return { statusCode, data }
    },
    'uploadFile',
  )
  return {
    abort() {
      isAborted = true
      running?.abort()
    },
    onProgressUpdate: (listener: ProgressListener) => void progress.add(listener),
    offProgressUpdate: () => progress.clear(),
    onHeadersReceived: (listener: HeaderListener) => void headers.add(listener),
    offHeadersReceived: () => headers.clear(),
  }
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
