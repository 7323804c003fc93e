import { type LocalCloud, type LogEntry, startLocalCloud } from '@miniprogram-cos/local-cloud'
import {
  type CosConfig,
  createKeyServer,
  credentialsFunction,
  defineConfig,
  type KeyFunctionResponse,
  nodeListener,
} from '@miniprogram-cos/server'
import { createSimulator, type Simulator } from '@miniprogram-cos/simulator'
import { type Preview, startPreview } from '@miniprogram-cos/simulator/preview'
import COS from 'miniprogram-cos'

const config: CosConfig = defineConfig({
  env: 'env',
  bucket: 'media-1250000000',
  region: 'ap-guangzhou',
  access: { 'private/{openid}/**': { owner: ['read'], maxSize: '20 MB' } },
})
export const cloud: Promise<LocalCloud> = startLocalCloud({
  onCosRequest: (entry: LogEntry) => void entry,
})
export const phone: Simulator = createSimulator({ folder: '.' })
export const handler: (request: Request) => Promise<Response> = createKeyServer({
  config,
  identify: (request) => ({ openid: request.headers.get('a') ?? '' }),
})
export const listener = nodeListener(handler)
export const answer = credentialsFunction(config, {})({ event: {}, context: {}, wxContext: {} })
export const key = (one: KeyFunctionResponse): string => one.credentials.tmpSecretId
export const preview: Promise<Preview> | undefined = undefined as never
export const cos = new COS({ Bucket: 'media-1250000000' })
// @ts-expect-error there is no verb "rename"
defineConfig({ ...config, access: { 'a/**': { everyone: ['rename'] } } })
// @ts-expect-error a preview needs its options
void startPreview()
