const { createHmac, timingSafeEqual } = require('node:crypto')

const { SESSION_SECRET: secret = '' } = process.env
if (secret.length < 32) throw new Error('SESSION_SECRET must have at least 32 characters')

const LIFETIME_SECONDS = 24 * 3600

const sign = (claims) => createHmac('sha256', secret).update(claims).digest()

/** A session for a user, which the app sends with each request: `<openid>.<expiry>.<signature>`. */
function createSession(openid) {
  const expires = Math.floor(Date.now() / 1000) + LIFETIME_SECONDS
  const claims = `${openid}.${expires}`
  return { session: `${claims}.${sign(claims).toString('base64url')}`, expires }
}

/** The user of a session; undefined if this server has not issued it, or it has expired. */
function openidOf(session) {
  const [openid = '', expires = '', signature = ''] = session.split('.')
  const given = Buffer.from(signature, 'base64url')
  const expected = sign(`${openid}.${expires}`)
  const isValid = given.length === expected.length && timingSafeEqual(given, expected)
  return isValid && Number(expires) > Date.now() / 1000 ? openid : undefined
}

module.exports = { createSession, openidOf }
