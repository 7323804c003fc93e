const COS = require('miniprogram-cos')

const cos = COS.cloud()

/** A signed URL of a thumbnail that COS creates on request. */
function thumbnailUrl(Key, width) {
  return cos.getObjectUrl({ Key, Expires: 3600, Query: { [`imageMogr2/thumbnail/${width}x`]: '' } })
}

module.exports = { thumbnailUrl }
