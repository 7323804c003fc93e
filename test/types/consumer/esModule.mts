import * as everything from 'miniprogram-cos'
import COS, { CosError, isCosError, COS as Named, type PutObjectParams } from 'miniprogram-cos'

export const one: COS = new Named()
export const other: Named = new COS({ Bucket: 'files-1250000000' })
export const third: COS = new everything.COS()
export const version: string = COS.version
export const params: PutObjectParams = { Key: 'a', Body: '' }
export const isOurs: boolean = isCosError(new Error()) && new Error() instanceof CosError
