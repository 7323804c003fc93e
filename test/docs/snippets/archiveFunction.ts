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
  // Read before any await: the next call replaces the environment.
  const wxContext = cloud.getWXContext()
  return answer({ event, context, wxContext })
}
