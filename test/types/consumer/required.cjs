const COS = require('miniprogram-cos')
const { COS: Named, isCosError } = require('miniprogram-cos')

/** @type {import('miniprogram-cos').COSOptions} */
const options = { Bucket: 'files-1250000000', Region: 'ap-guangzhou' }

/** @returns {Promise<string>} */
exports.upload = async () => {
  const cos = new COS(options)
  const { ETag } = await new Named(options).putObject({ Key: 'a', Body: '' })
  const refused = await cos.headObject({ Key: 'a' }).catch((error) => error)
  return isCosError(refused) ? refused.advice.zh : ETag
}
