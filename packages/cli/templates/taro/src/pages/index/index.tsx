import { Button, Image, Text, View } from '@tarojs/components'
import Taro from '@tarojs/taro'
import { useState } from 'react'
import { upload } from '../../services/cos'

export default function Index() {
  const [path, setPath] = useState('')
  const [text, setText] = useState('')

  async function choose() {
    // Rejects when the user cancels.
    const chosen = await Taro.chooseMedia({ count: 1, mediaType: ['image'] }).catch(() => undefined)
    if (!chosen) return
    const [{ tempFilePath }] = chosen.tempFiles
    try {
      const { Key } = await upload(tempFilePath)
      setPath(tempFilePath)
      setText(Key)
    } catch (error) {
      // What to do about it, in Chinese.
      setText(error.advice ? error.advice.zh : error.message)
    }
  }

  return (
    <View>
      <Button onClick={choose}>上传图片</Button>
      {path && <Image src={path} mode="widthFix" />}
      <Text>{text}</Text>
    </View>
  )
}
