const { COS } = require('miniprogram-cos')

const server = 'https://keys.example.com'

let signedIn

/** Signs the user in; concurrent callers share one login. */
function signIn() {
  const login = new Promise((resolve, reject) => {
    const send = ({ code }) =>
      wx.request({
        url: `${server}/login`,
        method: 'POST',
        header: { 'X-WX-Code': code },
        success: ({ statusCode, data }) =>
          statusCode === 200 ? resolve(data) : reject(new Error(`login: ${statusCode}`)),
        fail: reject,
      })
    wx.login({ success: send, fail: reject })
  })
  // A failure is not kept: the next request tries again.
  signedIn = login.catch((error) => {
    signedIn = undefined
    throw error
  })
  return signedIn
}

/** A session that is valid for another minute. */
async function currentSession() {
  const { session, expires } = await (signedIn || signIn())
  if (expires > Date.now() / 1000 + 60) return session
  return (await signIn()).session
}

const cos = COS.http({
  url: `${server}/cos`,
  headers: async () => ({ Authorization: `Bearer ${await currentSession()}` }),
})

module.exports = { cos }
