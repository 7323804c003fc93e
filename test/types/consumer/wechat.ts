import type { WxLike } from 'miniprogram-cos'

/** The real `wx`, as WeChat's own typings declare it, has what the client needs. */
export const real: WxLike = wx
export const byName: WxLike = {} as WechatMiniprogram.Wx
/** And so have their answers: a chosen file is what uploadFile takes. */
export const chosen = (file: WechatMiniprogram.MediaFile) => ({ FilePath: file.tempFilePath })
