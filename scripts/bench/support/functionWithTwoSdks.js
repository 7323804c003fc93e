/**
 * A peer: node_modules next to the function, both SDKs required when it loads, a new key at every call, as in the
 * quick start of wx-server-sdk (document 1312/48195).
 */
const cloud = require('wx-server-sdk')
const { sts } = require('tencentcloud-sdk-nodejs-sts')
const { Agent } = require('node:http')
const { createConnection } = require('node:net')

cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV })

/** For the benchmark only: sends the SDK to the local STS. */
function localAgent() {
  const { hostname, port } = new URL(process.env.COS_STS_ENDPOINT)
  const agent = new Agent()
  agent.createConnection = () => createConnection({ host: hostname, port: Number(port) })
  return agent
}

exports.main = async () => {
  const { OPENID } = cloud.getWXContext()
  const client = new sts.v20180813.Client({
    credential: {
      secretId: process.env.COS_STS_SECRET_ID,
      secretKey: process.env.COS_STS_SECRET_KEY,
    },
    region: 'ap-guangzhou',
    profile: {
      httpProfile: {
        protocol: 'http://',
        endpoint: 'sts.tencentcloudapi.com',
        agent: localAgent(),
      },
    },
  })
  const resource = [`qcs::cos:ap-guangzhou:uid/1250000000:media-1250000000/private/${OPENID}/*`]
  const action = ['name/cos:PutObject', 'name/cos:GetObject']
  const policy = { version: '2.0', statement: [{ effect: 'allow', action, resource }] }
  const { Credentials, ExpiredTime } = await client.GetFederationToken({
    Name: 'cos-sts-nodejs',
    Policy: encodeURIComponent(JSON.stringify(policy)),
    DurationSeconds: 1800,
  })
  const { TmpSecretId: tmpSecretId, TmpSecretKey: tmpSecretKey, Token: sessionToken } = Credentials
  return { credentials: { tmpSecretId, tmpSecretKey, sessionToken }, expiredTime: ExpiredTime }
}
