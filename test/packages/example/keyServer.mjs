import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { createKeyServer, nodeListener } from '@miniprogram-cos/server'

const { SESSION_SECRET: secret = '', PORT } = process.env
if (!secret) throw new Error('SESSION_SECRET is not set')

/** Made when the user signs in, after `code2Session` has told the OPENID: `<openid>.<expiry>.<signature>`. */
function openidOf(session) {
  const [openid = '', expiry = '', signature = ''] = session.split('.')
  const hmac = createHmac('sha256', secret).update(`${openid}.${expiry}`)
  const [given, expected] = [Buffer.from(signature), Buffer.from(hmac.digest('base64url'))]
  const isValid = given.length === expected.length && timingSafeEqual(given, expected)
  return isValid && Number(expiry) > Date.now() / 1000 ? openid : undefined
}

const handler = createKeyServer({
  config: {
    bucket: 'media-1250000000',
    region: 'ap-guangzhou',
    access: { 'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'] } },
  },
  identify(request) {
    const openid = openidOf(request.headers.get('authorization') ?? '')
    return openid === undefined ? undefined : { openid }
  },
})

createServer(nodeListener(handler)).listen(Number(PORT), '127.0.0.1')
