import type { Examples } from './example'

/** Multipart uploads step by step; `uploadFile` does all of it. */
export const multipart = {
  async multipartInit({ cos, Key }) {
    const { UploadId } = await cos.multipartInit({ Key, ContentType: 'text/plain' })
    console.log(UploadId)
  },

  async multipartUpload({ cos, Key }) {
    const { UploadId } = await cos.multipartInit({ Key })
    const { ETag } = await cos.multipartUpload({ Key, UploadId, PartNumber: 1, Body: 'a part' })
    console.log(ETag)
  },

  async uploadPartCopy({ cos, Key, CopySource }) {
    const { UploadId } = await cos.multipartInit({ Key })
    const { ETag } = await cos.uploadPartCopy({ Key, UploadId, PartNumber: 1, CopySource })
    console.log(ETag)
  },

  async multipartComplete({ cos, Key }) {
    const { UploadId } = await cos.multipartInit({ Key })
    const { ETag } = await cos.multipartUpload({ Key, UploadId, PartNumber: 1, Body: 'a part' })
    const { Location } = await cos.multipartComplete({
      Key,
      UploadId,
      Parts: [{ PartNumber: 1, ETag }],
    })
    console.log(Location)
  },

  async multipartList({ cos }) {
    const { Upload, IsTruncated } = await cos.multipartList({ Prefix: 'videos/' })
    console.log(Upload.length, IsTruncated === 'true')
  },

  async multipartListPart({ cos, Key }) {
    const { UploadId } = await cos.multipartInit({ Key })
    const { Part } = await cos.multipartListPart({ Key, UploadId })
    console.log(Part.length)
  },

  async multipartAbort({ cos, Key }) {
    const { UploadId } = await cos.multipartInit({ Key })
    await cos.multipartAbort({ Key, UploadId })
  },
} satisfies Examples
