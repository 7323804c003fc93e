const { createKeyServer } = require('@miniprogram-cos/server')
const { openidOf } = require('./session')

/** Answers `POST …/cos-credentials` and `POST …/cos-signature`. */
const handler = createKeyServer({
  config: {
    bucket: 'media-1250000000',
    region: 'ap-guangzhou',
    access: {
      'private/{openid}/**': { owner: ['read', 'write', 'delete', 'list'] },
      'shared/{openid}/**': { owner: ['read', 'write', 'delete', 'list'], everyone: ['read'] },
    },
  },
  identify(request) {
    const authorization = request.headers.get('authorization') ?? ''
    const [, session = ''] = /^Bearer (\S+)$/.exec(authorization) ?? []
    const openid = openidOf(session)
    return openid === undefined ? undefined : { openid }
  },
})

module.exports = { handler }
