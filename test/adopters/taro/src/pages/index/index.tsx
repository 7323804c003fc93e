import { Button, View } from '@tarojs/components'
import { upload } from '../../upload'

export default function Index() {
  return (
    <View>
      <Button onClick={upload}>Upload</Button>
    </View>
  )
}
