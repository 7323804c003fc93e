const COS = require('miniprogram-cos')

const cos = COS.cloud()

/** A signed URL of a picture of a video, taken at its first second. */
function coverUrl(Key, width) {
  const Query = { 'ci-process': 'snapshot', time: '1', format: 'jpg', width: String(width) }
  return cos.getObjectUrl({ Key, Expires: 3600, Query })
}

module.exports = { coverUrl }
