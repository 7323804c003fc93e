import type { WxLike } from 'miniprogram-cos'

/** The real `wx` has what the client needs. */
export const real: WxLike = wx
