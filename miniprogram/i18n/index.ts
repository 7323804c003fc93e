import { en } from './en'
import { zh } from './zh'

const { language } = wx.getAppBaseInfo()

/** The phone's language: Chinese, or English for all others. */
export const isChinese = /^zh/i.test(language)

/** All texts of the app. */
export const t = isChinese ? zh : en
