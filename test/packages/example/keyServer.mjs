import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'
import { createKeyServer, nodeListener } from '@miniprogram-cos/server'

/** Made when the user signs in, after `code2Session` has told the OPENID: `<openid>.<expiry>.<signature>`. */
function openidOf(session) {
  const [openid = '', expiry = '', signature = ''] = session.split('.')
  const hmac = createHmac('sha256', process.env.SESSION_SECRET).update(`${openid}.${expiry}`)
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

createServer(nodeListener(handler)).listen(Number(process.env.PORT), '127.0.0.1')
