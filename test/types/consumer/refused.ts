import COS from 'miniprogram-cos'

// What must not compile. A line that does is an error of its own.

declare const cos: COS

// @ts-expect-error a name that is no option
new COS({ ChunkSizes: 1 })
// @ts-expect-error a number as text
new COS({ ChunkSize: '1048576' })
// @ts-expect-error neither of the two ways
new COS({ SimpleUploadMethod: 'post' })
// @ts-expect-error half a key
new COS({ getAuthorization: (_, callback) => callback({ TmpSecretId: 'a', ExpiredTime: 1 }) })
// @ts-expect-error half a key
new COS({ getAuthorization: async () => ({ TmpSecretId: 'a', ExpiredTime: 1 }) })
// @ts-expect-error a response is no answer: its data may be
new COS({ getAuthorization: async () => ({ statusCode: 200, data: {} }) })
// @ts-expect-error a function's name is a text
COS.cloud({ functionName: 1 })

// @ts-expect-error no such method
cos.putObjet({ Key: 'a', Body: '' })
// @ts-expect-error no Key
cos.getObject({})
// @ts-expect-error keys are texts
cos.headObject({ Key: 1 })
// @ts-expect-error a misspelt param
cos.putObject({ Key: 'a', Bdoy: '' })
// @ts-expect-error phones have no Blob: a text or a buffer
cos.putObject({ Key: 'a', Body: { size: 1 } })
// @ts-expect-error no file
cos.uploadFile({ Key: 'a' })
// @ts-expect-error no part
cos.multipartUpload({ Key: 'a', UploadId: 'u', Body: '' })
// @ts-expect-error URLs are for reading and writing
cos.getObjectUrl({ Key: 'a', Method: 'DELETE' })
// @ts-expect-error with a callback nothing is returned
cos.headObject({ Key: 'a' }, () => {}).then(() => {})
// @ts-expect-error the URL comes in an object, as with cos-wx-sdk-v5
cos.getObjectUrl({ Key: 'a' }, (_, url?: string) => url)
// @ts-expect-error with a fixed key it is no promise
cos.getObjectUrl({ Key: 'a' }).then(() => {})

// @ts-expect-error a task is named by a text
cos.cancelTask(1)
// @ts-expect-error a list is not waited for
cos.getTaskList().then(() => {})
// @ts-expect-error no list of files
cos.uploadFiles({ FilePath: 'a' })

export async function results(): Promise<void> {
  const { confirm } = await cos.uploadFile({ Key: 'a', FilePath: 'a' })
  // @ts-expect-error without a type, what the hook returned is unknown
  confirm.recorded
  // @ts-expect-error which one is erased is not left to chance
  await cos.erase({ Key: 'a' })
  const { statusCode } = await cos.headObject({ Key: 'a' })
  // @ts-expect-error a number
  statusCode.length
  // @ts-expect-error no such field
  await cos.putObject({ Key: 'a', Body: '' }).then(({ Etag }) => Etag)
  // @ts-expect-error a result is not there before it is awaited
  cos.getBucket({}).Contents
}

// @ts-expect-error no kind of error
export const isTypo = (error: COS.CosError) => error.kind === 'netwrok'
// @ts-expect-error errors are not changed
export const change = (error: COS.CosError) => (error.code = '')
// @ts-expect-error what the client is made of is no part of it
export const inner = COS.readXml
// @ts-expect-error
export const table = COS.operations
