import type { Examples } from './example'

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
