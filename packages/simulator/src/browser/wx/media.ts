import { api, WxError } from '../../wxRules/callbacks'
import { deviceProfile } from '../../wxRules/deviceProfile'
import { isChinese, settings } from '../settings'
import { phoneFiles, resolveSrc } from './files'
import { showModal } from './interaction'

interface ChooseMediaOptions {
  count?: number
  /** Of a recorded video, in seconds. */
  maxDuration?: number
  mediaType?: ('image' | 'video' | 'mix')[]
}

const ACCEPT: Record<string, string> = {
  image: 'image/*',
  video: 'video/*',
  mix: 'image/*,video/*',
}

/** `wx` calls that choose files with the browser's dialog, that read them, and that save them to this machine. */
export const mediaApi = {
  chooseMedia: api('chooseMedia', chooseMedia),
  chooseImage: api<{ count?: number }>('chooseImage', async ({ count = 9 }) => {
    const files = await pick('chooseImage', 'image/*', Math.min(count, 9))
    const tempFiles = await Promise.all(
      files.map(async (file) => ({ path: await phoneFiles.add(file, file.name), size: file.size })),
    )
    return { tempFiles, tempFilePaths: tempFiles.map(({ path }) => path) }
  }),
  chooseVideo: api('chooseVideo', async () => {
    const [file] = await pick('chooseVideo', 'video/*', 1)
    if (!file) throw new WxError('chooseVideo:fail cancel')
    const tempFilePath = await phoneFiles.add(file, file.name)
    return { tempFilePath, size: file.size, ...(await chosenVideo(tempFilePath)) }
  }),
  chooseMessageFile: api('chooseMessageFile', chooseMessageFile),
  getImageInfo: api<{ src: string }>('getImageInfo', async ({ src }) => {
    const image = await loadImage('getImageInfo', src)
    const path = src.startsWith('http') ? await keepRemote(src) : src
    const type = /\.(\w+)$/.exec(src)?.[1]?.toLowerCase().replace('jpg', 'jpeg') ?? 'unknown'
    const { naturalWidth: width, naturalHeight: height } = image
    return { width, height, path, orientation: 'up', type }
  }),
  getVideoInfo: api<{ src: string }>('getVideoInfo', async ({ src }) => {
    const { size } = await phoneFiles.get(src, 'getVideoInfo')
    const info = readVideoInfo(await loadVideo(src))
    return { ...info, size: Math.round(size / 1024), type: 'mp4', orientation: 'up' }
  }),
  compressImage: api('compressImage', compressImage),
  compressVideo: api<{ src: string }>('compressVideo', async ({ src }) => {
    // A browser has no encoder for this; the file stays unchanged.
    const { size } = await phoneFiles.get(src, 'compressVideo')
    return { tempFilePath: src, size: Math.round(size / 1024) }
  }),
  saveImageToPhotosAlbum: api<{ filePath: string }>('saveImageToPhotosAlbum', download),
  saveVideoToPhotosAlbum: api<{ filePath: string }>('saveVideoToPhotosAlbum', download),
  saveFileToDisk: api<{ filePath: string }>('saveFileToDisk', download),
  shareFileMessage: api<{ filePath: string }>('shareFileMessage', download),
  openDocument: api<{ filePath: string }>('openDocument', download),
}

async function chooseMedia({
  count = 9,
  mediaType = ['image', 'video'],
  maxDuration = 10,
}: ChooseMediaOptions) {
  const { maxChooseSeconds = maxDuration } = deviceProfile(settings.device)
  if (maxDuration > maxChooseSeconds) throw new WxError('chooseMedia:fail invalid maxDuration')
  const accept = mediaType.map((type) => ACCEPT[type]).join(',')
  const files = await pick('chooseMedia', accept, Math.min(count, 20))
  const tempFiles = await Promise.all(
    files.map(async (file) => {
      const tempFilePath = await phoneFiles.add(file, file.name)
      const { size } = file
      if (!file.type.startsWith('video/')) return { tempFilePath, size, fileType: 'image' }
      return { tempFilePath, size, fileType: 'video', ...(await chosenVideo(tempFilePath)) }
    }),
  )
  const types = new Set(tempFiles.map(({ fileType }) => fileType))
  return { tempFiles, type: types.size > 1 ? 'mix' : (tempFiles[0]?.fileType ?? 'image') }
}

async function chooseMessageFile({
  count,
  type = 'all',
  extension = [],
}: {
  count: number
  type?: 'all' | 'video' | 'image' | 'file'
  extension?: string[]
}) {
  const endings = extension.map((ending) => `.${ending.replace(/^\./, '')}`).join(',')
  const accept = type === 'file' && endings ? endings : (ACCEPT[type] ?? '')
  const files = await pick('chooseMessageFile', accept, Math.min(count, 100))
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

/** Asks for one more tap where the browser refuses its dialog: it opens only within seconds after a tap. */
async function pick(name: string, accept: string, count: number): Promise<File[]> {
  // A browser that does not report user activation decides by itself whether it opens the dialog.
  if (navigator.userActivation?.isActive === false) {
    const content = isChinese ? '小程序请求选择文件' : 'The mini program asks for a file'
    const { confirm } = await showModal({ content })
    if (!confirm) throw new WxError(`${name}:fail cancel`)
  }
  return new Promise((resolve, reject) => {
    const input = document.createElement('input')
    input.type = 'file'
    input.accept = accept
    input.multiple = count > 1
    input.onchange = () => resolve([...(input.files ?? [])].slice(0, count))
    input.oncancel = () => reject(new WxError(`${name}:fail cancel`))
    input.click()
  })
}

async function loadImage(name: string, src: string): Promise<HTMLImageElement> {
  const image = new Image()
  image.src = await resolveSrc(src)
  await image.decode().catch(() => {
    throw new WxError(`${name}:fail file not found`)
  })
  return image
}

/** The local copy of a picture on the network. */
async function keepRemote(src: string): Promise<string> {
  const response = await fetch(await resolveSrc(src))
  return phoneFiles.add(await response.blob(), new URL(src).pathname)
}

/** A video with its first frame; without one if the browser does not know the format. */
async function loadVideo(path: string): Promise<HTMLVideoElement> {
  const video = document.createElement('video')
  video.preload = 'auto'
  video.muted = true
  video.src = await phoneFiles.getUrl(path)
  await new Promise<void>((resolve) => {
    video.onloadeddata = () => resolve()
    video.onerror = () => resolve()
  })
  return video
}

/** Size and duration of a video; zeros for a format that the browser does not know. */
function readVideoInfo({ videoWidth: width, videoHeight: height, duration }: HTMLVideoElement) {
  return { width, height, duration: Number.isFinite(duration) ? duration : 0 }
}

/** The description of a chosen video: that of `readVideoInfo`, and a picture of its first frame. */
async function chosenVideo(path: string) {
  const video = await loadVideo(path)
  const info = readVideoInfo(video)
  const blob = await drawJpeg(video, info.width, info.height)
  const thumbTempFilePath = blob ? await phoneFiles.add(blob, 'thumb.jpg') : ''
  return { ...info, thumbTempFilePath }
}

function drawJpeg(
  source: HTMLImageElement | HTMLVideoElement,
  width: number,
  height: number,
  quality = 0.8,
): Promise<Blob | null> {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  canvas.getContext('2d')?.drawImage(source, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/jpeg', quality))
}

async function compressImage({
  src,
  quality = 80,
  compressedWidth,
  compressedHeight,
}: {
  src: string
  quality?: number
  compressedWidth?: number
  compressedHeight?: number
}) {
  const image = await loadImage('compressImage', src)
  const { naturalWidth, naturalHeight } = image
  const ratio = naturalHeight / Math.max(naturalWidth, 1)
  const width = compressedWidth ?? (compressedHeight ? compressedHeight / ratio : naturalWidth)
  const blob = await drawJpeg(image, width, compressedHeight ?? width * ratio, quality / 100)
  if (!blob) throw new WxError('compressImage:fail')
  return { tempFilePath: await phoneFiles.add(blob, 'compressed.jpg') }
}

/** Downloads the file in the browser, which has no album, chat or document viewer. */
async function download({ filePath }: { filePath: string }): Promise<void> {
  const link = document.createElement('a')
  link.href = await phoneFiles.getUrl(filePath)
  link.download = filePath.split('/').pop() ?? 'file'
  link.click()
}

/** What WeChat's contexts of audio and video have in common. A player that is not there does nothing. */
export function playerControls(player: HTMLMediaElement | undefined) {
  return {
    play: () => void player?.play().catch(() => {}),
    pause: () => player?.pause(),
    stop() {
      player?.pause()
      if (player) player.currentTime = 0
    },
    seek(seconds: number) {
      if (player) player.currentTime = seconds
    },
  }
}

/** `wx.createInnerAudioContext`: the browser's player under WeChat's names. */
export function audioContext(): object {
  const audio = new Audio()
  const listeners = (event: string) => (run: () => void) => audio.addEventListener(event, run)
  const context = {
    ...playerControls(audio),
    destroy: () => audio.pause(),
    onPlay: listeners('play'),
    onPause: listeners('pause'),
    onStop: listeners('pause'),
    onEnded: listeners('ended'),
    onCanplay: listeners('canplay'),
    onTimeUpdate: listeners('timeupdate'),
    onError: listeners('error'),
    onWaiting: listeners('waiting'),
    onSeeked: listeners('seeked'),
    onSeeking: listeners('seeking'),
  }
  return new Proxy(context, {
    get: (target, name) => Reflect.get(target, name) ?? Reflect.get(audio, name, audio),
    set(_, name, value) {
      if (name !== 'src') return Reflect.set(audio, name, value, audio)
      void resolveSrc(String(value)).then((address) => {
        audio.src = address
      })
      return true
    },
  })
}
