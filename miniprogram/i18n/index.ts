import { en } from './en'
import { zh } from './zh'

const { language } = wx.getAppBaseInfo()

/** The phone's language: Chinese, or English for all others. */
export const isChinese = /^zh/i.test(language)

/** All texts of the app. */
export const t = isChinese ? zh : en

/** Some of the texts, for the data of a page: WeChat copies its data to the view. */
export function pick<Name extends keyof typeof zh>(...names: Name[]): Pick<typeof zh, Name> {
  const picked = {} as Pick<typeof zh, Name>
  for (const name of names) picked[name] = t[name]
  return picked
}
