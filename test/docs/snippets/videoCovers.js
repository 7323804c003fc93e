const COS = require('miniprogram-cos')

const cos = COS.cloud()

/** A signed URL of a video snapshot, taken at the first second. */
function coverUrl(Key, width) {
  const Query = { 'ci-process': 'snapshot', time: '1', format: 'jpg', width: String(width) }
  return cos.getObjectUrl({ Key, Expires: 3600, Query })
}

module.exports = { coverUrl }
