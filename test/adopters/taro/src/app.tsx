import Taro, { useLaunch } from '@tarojs/taro'
import type { PropsWithChildren } from 'react'
import { upload } from './upload'

export default function App({ children }: PropsWithChildren) {
  useLaunch(async () => {
    Taro.setStorageSync('uploaded', await upload())
  })
  return children
}
