import COS = require('miniprogram-cos')

export const cos: COS = new COS({ Bucket: 'files-1250000000' })
export const named: COS = new COS.COS()
export const byDefault: COS = new COS.default()
export const params: COS.PutObjectParams = { Key: 'a', Body: '' }
export const isOurs: boolean = COS.isCosError(new Error()) && new Error() instanceof COS.CosError
