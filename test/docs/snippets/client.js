const COS = require('miniprogram-cos')

module.exports = COS.cloud({ functionName: 'cos-credentials' })
