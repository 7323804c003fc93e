import { Uploader } from '@nutui/nutui-react-taro'
import '@nutui/nutui-react-taro/dist/style.css'
import { nutuiUpload } from 'miniprogram-cos-components/adapters/nutui'

/** Replaces the template's: NutUI's own uploader. */
export default function Index() {
  return <Uploader upload={nutuiUpload({ prefix: 'kit/' })} />
}
