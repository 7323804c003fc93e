import Taro, { useLaunch } from '@tarojs/taro'
import type { PropsWithChildren } from 'react'
import { upload } from './services/cos'

/** Replaces the template's: uploads at once. */
export default function App({ children }: PropsWithChildren) {
  useLaunch(async () => {
    const { tempFiles } = await Taro.chooseMedia({ count: 1 })
    const { Key } = await upload(tempFiles[0].tempFilePath)
    Taro.setStorageSync('uploaded', Key)
  })
  return children
}
