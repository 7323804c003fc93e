import { readFileSync } from 'node:fs'
import { hasWechatTools } from '../../../packages/cli/src/wechat/miniprogramCi'
import { at, ROOT } from '../../build/root'
import { SIZE } from '../catalogue/size'
import type { Measured } from '../figure'
import { packApp } from './packApp'
import { packProject } from './packProject'

const KB = 1024
const CLIENT = 'miniprogram-cos'

/** Needs WeChat's own tools: without them there are no figures. */
export async function benchSize(): Promise<Measured<typeof SIZE>> {
  if (!hasWechatTools()) {
    const none = Object.keys(SIZE.figures).map((id) => [id, undefined])
    return Object.fromEntries(none) as Measured<typeof SIZE>
  }
  const empty = await packApp()
  const official = await packApp({ name: 'cos-wx-sdk-v5', entry: 'index.js' })
  const client = await packApp({ name: CLIENT, entry: 'index.js' })
  const upload = await packApp({ name: CLIENT, entry: 'upload.js' })
  const config = JSON.parse(readFileSync(at('project.config.json'), 'utf8'))
  const demo = await packProject(ROOT, config, () => {})

  const beside = (own: number, peer: number) => ({ ours: [own / KB], peer: [peer / KB] })
  const growth = (own: number) => beside(own - empty.uploaded, official.uploaded - empty.uploaded)
  return {
    'size.client': beside(client.built, official.built),
    'size.upload': beside(upload.built, official.built),
    'size.clientUploaded': growth(client.uploaded),
    'size.uploadUploaded': growth(upload.uploaded),
    'size.demo': { ours: [demo.uploaded / KB] },
  }
}
