const { credentialsFunction } = require('@miniprogram-cos/server')
const cloud = require('wx-server-sdk')

const issueKey = credentialsFunction(
  {
    env: 'your-env-id',
    bucket: 'media-1250000000',
    region: 'ap-guangzhou',
    access: { 'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'] } },
  },
  process.env,
)

const blocked = new Set(['oBlocked0123456789abcdefghij'])
const issued = new Map()

exports.main = async (event, context) => {
  // Read before any await: the SDK's environment belongs to this call only until the next one.
  const wxContext = cloud.getWXContext()
  if (blocked.has(String(wxContext.OPENID))) {
    return { error: { code: 'KitNothingGranted', message: 'blocked', retryable: false } }
  }
  const answer = await issueKey({ event, context, wxContext })
  if ('prefix' in answer) issued.set(answer.prefix, answer.expiredTime)
  return answer
}
