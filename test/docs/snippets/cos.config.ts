import { createHash } from 'node:crypto'
import { defineConfig, type UploadedFile } from '@miniprogram-cos/server'
import cloud from 'wx-server-sdk'

/** One document for each key, so that a hook that runs again writes the same. */
const record = (key: string) => {
  const id = createHash('sha256').update(key).digest('hex').slice(0, 32)
  return cloud.database().collection('files').doc(id)
}

/** The new state of a file that others see only when a reviewer has approved it. */
async function quarantine({ key, openid, size, type }: UploadedFile) {
  await record(key).set({ data: { key, openid, size, type, state: 'in review' } })
  return { state: 'in review' }
}

export const config = defineConfig({
  env: 'your-env-id',
  bucket: 'media-1250000000',
  region: 'ap-guangzhou',
  access: {
    'private/{openid}/**': {
      owner: ['read', 'write', 'delete', 'list'],
      quota: '1 MB',
      async onUpload({ key, openid, size, metadata }) {
        await record(key).set({ data: { key, openid, size, title: metadata.title ?? '' } })
        return { recorded: key }
      },
      async onDelete({ key }) {
        await record(key).remove()
      },
    },
    'incoming/{openid}/**': {
      owner: ['write', 'delete'],
      types: ['image/png', 'image/jpeg'],
      beforeUpload: ({ size }) =>
        size === undefined || size > 500_000 ? 'Pictures have up to 500 KB.' : undefined,
      onUpload: quarantine,
    },
    // Only a function of yours copies approved files here.
    'shared/{openid}/**': { everyone: ['read'] },
  },
})
