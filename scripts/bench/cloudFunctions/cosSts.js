/**
 * Another usual practice, to compare with: wx-server-sdk for the caller, qcloud-cos-sts for the key, a new one
 * for every call (its README).
 */
const cloud = require('wx-server-sdk')
const STS = require('qcloud-cos-sts')
const http = require('node:http')
const https = require('node:https')

cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV })

/** Not of the practice, but of the bench: leads the library, which knows TLS only, to the local STS. */
const { hostname, port } = new URL(process.env.COS_STS_ENDPOINT)
https.request = ({ agent, agents, ...options }, answer) =>
  http.request({ ...options, protocol: 'http:', host: hostname, hostname, port }, answer)

exports.main = async () => {
  const { OPENID } = cloud.getWXContext()
  const resource = [`qcs::cos:ap-guangzhou:uid/1250000000:media-1250000000/private/${OPENID}/*`]
  const action = ['name/cos:PutObject', 'name/cos:GetObject']
  return STS.getCredential({
    secretId: process.env.COS_STS_SECRET_ID,
    secretKey: process.env.COS_STS_SECRET_KEY,
    region: 'ap-guangzhou',
    durationSeconds: 1800,
    policy: { version: '2.0', statement: [{ effect: 'allow', action, resource }] },
  })
}
