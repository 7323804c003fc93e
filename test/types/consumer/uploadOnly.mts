import COS, {
  type COSOptions,
  type COS as Named,
  type UploadFileResult,
} from 'miniprogram-cos/upload'

const options: COSOptions = { Bucket: 'files-1250000000', Region: 'ap-guangzhou' }
export const cos: COS = COS.cloud({ ...options, functionName: 'cos-credentials' })
export const same: Named = new COS(options)
export const uploaded: Promise<UploadFileResult> = cos.uploadFile({ Key: 'a', FilePath: 'b' })
// @ts-expect-error it uploads, and nothing else
cos.getBucket({})
