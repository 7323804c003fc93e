const { createSession } = require('./session')

const { WECHAT_APPID = '', WECHAT_APP_SECRET = '' } = process.env
const { WECHAT_API = 'https://api.weixin.qq.com' } = process.env

const json = (status, body) => Response.json(body, { status })

/** Answers `POST /login`, whose header has a code from wx.login, with a session for its user. No body is read. */
async function login(request) {
  const code = request.headers.get('x-wx-code') ?? ''
  if (!/^\w{1,128}$/.test(code)) return json(400, { error: 'no code' })
  const url = new URL('/sns/jscode2session', WECHAT_API)
  url.search = new URLSearchParams({
    appid: WECHAT_APPID,
    secret: WECHAT_APP_SECRET,
    js_code: code,
    grant_type: 'authorization_code',
  }).toString()
  // The URL contains the secret: never log it, nor an error that may name it.
  const response = await fetch(url, { signal: AbortSignal.timeout(5000) }).catch(() => undefined)
  const { errcode, openid } = (await response?.json().catch(() => undefined)) ?? { errcode: -1 }
  // WeChat answers errors with status 200, too.
  if (errcode) {
    console.log(`code2Session: ${errcode}`)
    return json(errcode === -1 || errcode === 45011 ? 503 : 401, { error: 'not signed in' })
  }
  if (typeof openid !== 'string' || openid === '') return json(401, { error: 'not signed in' })
  // session_key stays here: whoever has it can forge what WeChat signs for this user.
  return json(200, createSession(openid))
}

module.exports = { login }
