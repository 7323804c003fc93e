import type { COS } from 'miniprogram-cos'

/** What an example finds around it. */
export interface ExampleContext {
  cos: COS
  /** The client's own. */
  Bucket: string
  Region: string
  /** Key of an existing object. */
  Key: string
  /** Path of a local file. */
  FilePath: string
  /** Another object, as copies name it. */
  CopySource: string
}

/** The examples of some methods. A test runs them, and the API reference shows their bodies. */
export type Examples = Record<string, (context: ExampleContext) => Promise<void>>

/** Methods of the client that are not an operation of COS. */
export const client = {
  async caller({ cos }) {
    const { Bucket, prefix } = await cos.caller()
    console.log(Bucket, prefix)
  },

  async uploadFile({ cos, Key, FilePath }) {
    const { Location, ETag } = await cos.uploadFile({
      Key,
      FilePath,
      onProgress: ({ percent, speed }) => console.log(percent, speed),
    })
    console.log(Location, ETag)
  },

  async uploadFiles({ cos, Key, FilePath }) {
    const { files } = await cos.uploadFiles({
      files: [
        { Key: `${Key}.1`, FilePath },
        { Key: `${Key}.2`, FilePath },
      ],
      onFileFinish: (error, data, { Index }) => console.log(Index, error?.code ?? data),
    })
    console.log(files.filter(({ error }) => error).length)
  },

  async sliceUploadFile({ cos, Key, FilePath }) {
    const { ETag } = await cos.sliceUploadFile({ Key, FilePath, ChunkSize: 2 * 1024 * 1024 })
    console.log(ETag)
  },

  async getTaskList({ cos }) {
    for (const { Key, state, percent } of cos.getTaskList()) console.log(Key, state, percent)
  },

  async pauseTask({ cos, Key, FilePath }) {
    let id = ''
    const upload = cos.uploadFile({ Key, FilePath, onTaskReady: (task) => (id = task) })
    cos.pauseTask(id)
    cos.restartTask(id)
    await upload
  },

  async cancelTask({ cos, Key, FilePath }) {
    let id = ''
    const upload = cos.uploadFile({ Key, FilePath, onTaskReady: (task) => (id = task) })
    cos.cancelTask(id)
    await upload.catch(({ code }) => console.log(code)) // KitAborted
  },

  async abortUploadTask({ cos, Key }) {
    const { successList, errorList } = await cos.abortUploadTask({ Level: 'file', Key })
    console.log(successList.length, errorList.length)
  },

  async downloadFile({ cos, Key }) {
    const { FilePath } = await cos.downloadFile({ Key })
    console.log(FilePath)
  },

  async sliceCopyFile({ cos, CopySource }) {
    await cos.sliceCopyFile({ Key: 'copy.txt', CopySource })
  },

  async request({ cos }) {
    const bucket = await cos.request({ Method: 'GET', Action: 'versioning' })
    console.log(bucket)
  },

  async on({ cos }) {
    cos.on('list-update', ({ list }: { list: { Key: string }[] }) => {
      console.log(list.map(({ Key }) => Key))
    })
  },
} satisfies Examples

/** Objects: content, tags, access control and versions. */
export const objects = {
  async putObject({ cos, Key }) {
    const { ETag } = await cos.putObject({ Key, Body: 'text or an ArrayBuffer' })
    console.log(ETag)
  },

  async postObject({ cos, Key, FilePath }) {
    const { Location } = await cos.postObject({
      Key,
      FilePath,
      onProgress: ({ percent }) => console.log(percent),
    })
    console.log(Location)
  },

  async getObject({ cos, Key }) {
    const { Body } = await cos.getObject({ Key, DataType: 'arraybuffer', Range: 'bytes=0-9' })
    console.log(Body)
  },

  async headObject({ cos, Key }) {
    const { headers, ETag } = await cos.headObject({ Key })
    console.log(headers['content-length'], ETag)
  },

  async deleteObject({ cos, Key }) {
    await cos.deleteObject({ Key })
  },

  async deleteMultipleObject({ cos, Key }) {
    const { Deleted, Error: failed } = await cos.deleteMultipleObject({ Objects: [{ Key }] })
    console.log(Deleted.length, failed.length)
  },

  async putObjectCopy({ cos, CopySource }) {
    // <Bucket>.cos.<Region>.myqcloud.com/<percent-encoded key>
    const { ETag } = await cos.putObjectCopy({ Key: 'copy.txt', CopySource })
    console.log(ETag)
  },

  async optionsObject({ cos, Key }) {
    const { OptionsForbidden } = await cos.optionsObject({
      Key,
      Origin: 'https://example.com',
      AccessControlRequestMethod: 'GET',
    })
    console.log(OptionsForbidden === true)
  },

  async appendObject({ cos }) {
    const { headers } = await cos.appendObject({
      Key: 'log.txt',
      Position: 0,
      Body: 'first line\n',
    })
    const Position = Number(headers['x-cos-next-append-position'])
    await cos.appendObject({ Key: 'log.txt', Position, Body: 'second line\n' })
  },

  async putObjectAcl({ cos, Key }) {
    await cos.putObjectAcl({ Key, ACL: 'public-read' })
  },

  async getObjectAcl({ cos, Key }) {
    const { ACL, Grants } = await cos.getObjectAcl({ Key })
    console.log(ACL, Grants)
  },

  async putObjectTagging({ cos, Key }) {
    await cos.putObjectTagging({ Key, Tags: [{ Key: 'album', Value: 'summer' }] })
  },

  async getObjectTagging({ cos, Key }) {
    const { Tags } = await cos.getObjectTagging({ Key })
    console.log(Tags)
  },

  async deleteObjectTagging({ cos, Key }) {
    await cos.deleteObjectTagging({ Key })
  },

  async restoreObject({ cos, Key }) {
    await cos.restoreObject({
      Key,
      RestoreRequest: { Days: 1, CASJobParameters: { Tier: 'Expedited' } },
    })
  },
} satisfies Examples

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
