import { type CallbackOptions, callBackOrPromise, WxError } from '../../callbacks'
import { phoneFiles } from '../files'
import { showToast } from '../overlays'
import { settings } from '../settings'

interface ChooseMediaOptions extends CallbackOptions {
  count?: number
  mediaType?: ('image' | 'video' | 'mix')[]
}

interface ChooseMessageFileOptions extends CallbackOptions {
  count: number
  type?: 'all' | 'video' | 'image' | 'file'
}

const ACCEPT: Record<string, string> = {
  image: 'image/*',
  video: 'video/*',
  mix: 'image/*,video/*',
}

/** `wx` calls that choose files with the browser's dialog, and that save files to this machine. */
export const media = {
  chooseMedia: (options: ChooseMediaOptions) =>
    callBackOrPromise(options, () => chooseMedia(options), 'chooseMedia'),
  chooseMessageFile: (options: ChooseMessageFileOptions) =>
    callBackOrPromise(options, () => chooseMessageFile(options), 'chooseMessageFile'),
  saveImageToPhotosAlbum: (options: CallbackOptions & { filePath: string }) =>
    callBackOrPromise(options, () => download(options.filePath), 'saveImageToPhotosAlbum'),
  saveVideoToPhotosAlbum: (options: CallbackOptions & { filePath: string }) =>
    callBackOrPromise(options, () => download(options.filePath), 'saveVideoToPhotosAlbum'),
  saveFileToDisk: (options: CallbackOptions & { filePath: string }) =>
    callBackOrPromise(options, () => download(options.filePath), 'saveFileToDisk'),
  shareFileMessage: (options: CallbackOptions & { filePath: string }) =>
    callBackOrPromise(options, () => download(options.filePath), 'shareFileMessage'),
  openDocument: (options: CallbackOptions & { filePath: string }) =>
    callBackOrPromise(options, () => download(options.filePath), 'openDocument'),
  setClipboardData: (options: CallbackOptions & { data: string }) =>
    callBackOrPromise(options, () => copy(options.data), 'setClipboardData'),
}

async function chooseMedia({ count = 9, mediaType = ['image', 'video'] }: ChooseMediaOptions) {
  const accept = mediaType.map((type) => ACCEPT[type]).join(',')
  const files = await pick('chooseMedia', accept, Math.min(count, 20))
  const tempFiles = await Promise.all(
    files.map(async (file) => ({
      tempFilePath: await phoneFiles.add(file, file.name),
      size: file.size,
      fileType: file.type.startsWith('video/') ? 'video' : 'image',
    })),
  )
  const types = new Set(tempFiles.map(({ fileType }) => fileType))
  return { tempFiles, type: types.size > 1 ? 'mix' : (tempFiles[0]?.fileType ?? 'image') }
}

async function chooseMessageFile({ count, type = 'all' }: ChooseMessageFileOptions) {
  const files = await pick('chooseMessageFile', ACCEPT[type] ?? '', Math.min(count, 100))
  const tempFiles = await Promise.all(
    files.map(async (file) => ({
      path: await phoneFiles.add(file, file.name),
      name: file.name,
      size: file.size,
      time: Math.floor(file.lastModified / 1000),
      type: /^(?:image|video)(?=\/)/.exec(file.type)?.[0] ?? 'file',
    })),
  )
  return { tempFiles }
}

function pick(api: string, accept: string, count: number): Promise<File[]> {
  return new Promise((resolve, reject) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = accept
    input.multiple = count > 1
    input.onchange = () => resolve([...(input.files ?? [])].slice(0, count))
    input.oncancel = () => reject(new WxError(`${api}:fail cancel`))
    input.click()
  })
}

/** A browser download stands for the album, a chat or a document viewer. */
async function download(path: string): Promise<object> {
  const link = document.createElement('a')
  link.href = await phoneFiles.urlOf(path)
  link.download = path.split('/').pop() ?? 'file'
  link.click()
  return {}
}

async function copy(text: string): Promise<object> {
  // WeChat shows this toast itself.
  showToast({ title: settings.language.startsWith('zh') ? '内容已复制' : 'Copied' })
  // Without permission, as in a frame, `execCommand` still works.
  const isCopied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  )
  if (isCopied) return {}
  const field = document.createElement('textarea')
  field.value = text
  document.body.append(field)
  field.select()
  document.execCommand('copy')
  field.remove()
  return {}
}
