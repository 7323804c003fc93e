import { type WxLike, wxCall } from './wx'

declare const wx: WxLike

/** What WeChat knows of a picture. Width and height are those of the stored pixels, before rotation. */
export interface ImageInfo {
  width: number
  height: number
  /** How the pixels are to be turned when shown: `up` is not at all. */
  orientation?: string
}

/** Reads the dimensions of a picture. @throws what WeChat reports */
export const readImageInfo = (src: string): Promise<ImageInfo> =>
  wxCall(wx, 'getImageInfo', { src })

/** Compresses a picture into a temporary file. @throws what WeChat reports */
export async function compressImage(options: {
  src: string
  quality: number
  compressedWidth?: number
}): Promise<string> {
  return (await wxCall<{ tempFilePath: string }>(wx, 'compressImage', options)).tempFilePath
}

/** What WeChat knows of a video; the duration in seconds. */
export interface VideoInfo {
  width: number
  height: number
  duration: number
}

/** Reads dimensions and duration of a video. @throws what WeChat reports */
export const readVideoInfo = (src: string): Promise<VideoInfo> =>
  wxCall(wx, 'getVideoInfo', { src })
