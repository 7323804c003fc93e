import COS, { type CosError, COS as Named, type PutObjectParams } from 'miniprogram-cos'

export const cos: COS = new Named()
export const other: Named = new COS()
export const params: PutObjectParams = { Key: 'a', Body: '' }
export const kind = (error: CosError) => error.kind
