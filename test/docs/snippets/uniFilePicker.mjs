import { uploadPicked } from 'miniprogram-cos-components/adapters/uniApp'

export const onSelect = (event) => uploadPicked(event, { prefix: 'photos/' })
