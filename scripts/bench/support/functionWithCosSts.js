/** A peer: wx-server-sdk for the caller, qcloud-cos-sts for a new key at every call, as its README shows. */
const cloud = require('wx-server-sdk')
const STS = require('qcloud-cos-sts')
const http = require('node:http')
const https = require('node:https')

cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV })

/** For the benchmark only: sends the library, which uses TLS always, to the local STS. */
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
