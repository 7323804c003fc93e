import { nutuiUpload } from 'miniprogram-cos-components/adapters/nutui'

export const upload = nutuiUpload({ prefix: 'photos/' })
