/**
 * Peers of cos-credentials: functions as people write them, with a new key at every call. `PEER` names the one that is
 * loaded: `twoSdks` as in the quick start of wx-server-sdk (document 1312/48195), `cosSts` as in the README of
 * qcloud-cos-sts.
 */
const cloud = require('wx-server-sdk')

/** Each requires its SDK from node_modules, and is sent to the local STS for the benchmark only. */
const PEERS = {
  twoSdks() {
    const { sts } = require('tencentcloud-sdk-nodejs-sts')
    const { Agent } = require('node:http')
    const { createConnection } = require('node:net')
    const { hostname, port } = new URL(process.env.COS_STS_ENDPOINT)
    const agent = new Agent()
    agent.createConnection = () => createConnection({ host: hostname, port: Number(port) })
    const httpProfile = { protocol: 'http://', endpoint: 'sts.tencentcloudapi.com', agent }
    return async (policy, { secretId, secretKey }) => {
      const client = new sts.v20180813.Client({
        credential: { secretId, secretKey },
        region: 'ap-guangzhou',
        profile: { httpProfile },
      })
      const { Credentials: key, ExpiredTime } = await client.GetFederationToken({
        Name: 'cos-sts-nodejs',
        Policy: encodeURIComponent(JSON.stringify(policy)),
        DurationSeconds: 1800,
      })
      const { TmpSecretId: tmpSecretId, TmpSecretKey: tmpSecretKey, Token: sessionToken } = key
      return { credentials: { tmpSecretId, tmpSecretKey, sessionToken }, expiredTime: ExpiredTime }
    }
  },

  cosSts() {
    const STS = require('qcloud-cos-sts')
    const http = require('node:http')
    const https = require('node:https')
    const { hostname, port } = new URL(process.env.COS_STS_ENDPOINT)
    // The library always uses TLS.
    https.request = ({ agent, agents, ...options }, answer) =>
      http.request({ ...options, protocol: 'http:', host: hostname, hostname, port }, answer)
    return (policy, key) =>
      STS.getCredential({ ...key, region: 'ap-guangzhou', durationSeconds: 1800, policy })
  },
}

cloud.init({ env: cloud.DYNAMIC_CURRENT_ENV })
const getKey = PEERS[process.env.PEER]()

exports.main = async () => {
  const { OPENID } = cloud.getWXContext()
  const resource = [`qcs::cos:ap-guangzhou:uid/1250000000:media-1250000000/private/${OPENID}/*`]
  const action = ['name/cos:PutObject', 'name/cos:GetObject']
  const policy = { version: '2.0', statement: [{ effect: 'allow', action, resource }] }
  return getKey(policy, {
    secretId: process.env.COS_STS_SECRET_ID,
    secretKey: process.env.COS_STS_SECRET_KEY,
  })
}
