import { uploadPicked } from 'miniprogram-cos-components/adapters/uniApp'

export const methods = {
  async onSelect(event) {
    this.files.push(...(await uploadPicked(event, { prefix: 'photos/' })))
  },
}
