import { credentialsFunction, defineConfig } from '@miniprogram-cos/server'
import cloud from 'wx-server-sdk'

const archive = defineConfig({
  env: 'your-env-id',
  bucket: 'archive-1250000000',
  region: 'ap-beijing',
  access: { 'archive/{openid}/**': { owner: ['read', 'write', 'list'] } },
})
const answer = credentialsFunction(archive, process.env)

export async function main(event: unknown, context: unknown) {
  // Read at once: the environment belongs to this call only until the next one.
  const wxContext = cloud.getWXContext()
  return answer({ event, context, wxContext })
}
