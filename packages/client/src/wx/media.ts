import { type WxLike, wxCall } from './wx'

declare const wx: WxLike

/** The result of wx.getImageInfo. Width and height are those of the stored pixels, before rotation. */
export interface ImageInfo {
  width: number
  height: number
  /** The EXIF orientation: `up` is no rotation. */
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

/** The result of wx.getVideoInfo. The duration is in seconds. */
export interface VideoInfo {
  width: number
  height: number
  duration: number
}

/** Reads dimensions and duration of a video. @throws what WeChat reports */
export const readVideoInfo = (src: string): Promise<VideoInfo> =>
  wxCall(wx, 'getVideoInfo', { src })
