import { defineConfig } from '@miniprogram-cos/server'

/** The one file you edit: your bucket, and who may access which files. */
export const config = defineConfig({
  env: 'your-env-id',
  bucket: 'media-1250000000',
  region: 'ap-guangzhou',
  access: {
    'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'] },
    'shared/{openid}/**': { owner: ['read', 'write', 'delete', 'list'], everyone: ['read'] },
  },
})
