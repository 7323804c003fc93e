import COS, {
  type AuthorizationRequest,
  type Callback,
  type COSOptions,
  type CosError,
  type GetBucketResult,
  isCosError,
  type TemporaryKeyAnswer,
  type UploadProgress,
} from 'miniprogram-cos'

// What must compile: the ways cos-wx-sdk-v5 is used, and the additions.

declare function askServer(request: AuthorizationRequest): Promise<TemporaryKeyAnswer>

const options: COSOptions = {
  Bucket: 'files-1250000000',
  Region: 'ap-guangzhou',
  SimpleUploadMethod: 'putObject',
  getAuthorization(request, callback) {
    askServer(request).then(callback)
  },
}
export const cos: COS = new COS(options)
export const byPromise = new COS({ getAuthorization: (request) => askServer(request) })
export const bySignature = new COS({ getAuthorization: (_, callback) => callback('q-sign…') })
export const errorFirst = new COS({
  getAuthorization: (request, callback) => {
    askServer(request).then(
      (key) => callback(null, key),
      (error: Error) => callback(error),
    )
  },
  getSTS: async () => ({ SecretId: '', SecretKey: '', SecurityToken: '', ExpiredTime: 1 }),
})
export const byCloud: COS = COS.cloud({ functionName: 'cos-credentials', ChunkParallelLimit: 5 })

export async function list(): Promise<string[]> {
  const { prefix } = await byCloud.caller()
  const page: GetBucketResult = await cos.getBucket({ Prefix: prefix, MaxKeys: 100 })
  const versions = await cos.listObjectVersions({ KeyMarker: page.NextMarker ?? '' })
  const more: string = versions.IsTruncated
  return [...page.Contents.map(({ Key, Size }) => `${Key} ${Size}`), more]
}

export async function upload(FilePath: string): Promise<string> {
  const onProgress = ({ percent, speed }: UploadProgress) => percent + speed
  const { ETag, statusCode } = await cos.uploadFile({ Key: 'a.jpg', FilePath, onProgress })
  await cos.putObject({ Key: 'a', Body: new ArrayBuffer(1), Headers: { 'x-cos-meta-a': '1' } })
  const url: string = await cos.getObjectUrl({ Key: 'a.jpg', Query: { imageMogr2: '' } })
  return `${url} ${ETag} ${statusCode}`
}

/** A hook of cos.config.ts, which the app imports as a type. */
declare function recordUpload(file: { key: string }): Promise<{ recorded: string }>

export async function confirmed(FilePath: string): Promise<string | undefined> {
  type Recorded = Awaited<ReturnType<typeof recordUpload>>
  const { confirm, confirmError } = await cos.uploadFile<Recorded>({ Key: 'a', FilePath })
  return confirm ? confirm.recorded : confirmError?.code
}

export async function trash(): Promise<string> {
  const { TrashId = '' } = await cos.deleteObject({ Key: 'a' })
  const { Contents, NextMarker } = await cos.listTrash()
  await cos.listTrash({ Prefix: 'a/', ...(NextMarker && { Marker: NextMarker }) })
  const sizes: number[] = Contents.map(({ Size }) => Size)
  const { Key } = await cos.restore({ Key: 'a', TrashId, Overwrite: true })
  cos.restore({ Key: 'a' }, (error, restored) => error ?? restored?.Key)
  return `${Key} ${sizes} ${(await cos.erase({ Key: 'a', TrashId })).Expires}`
}

export function urls(): string {
  const open: string = cos.getObjectUrl({ Bucket: 'b-1', Region: 'r', Key: 'a', Sign: false })
  const known = cos.getObjectUrl({ Key: 'a' })
  return typeof known === 'string' ? known : open
}

export function withCallbacks(done: Callback<{ ETag: string }>): void {
  cos.headObject({ Key: 'a' }, done)
  cos.getObjectUrl({ Key: 'a' }, (error, result) => error ?? result?.Url)
  cos.deleteMultipleObject({ Objects: [{ Key: 'a' }] }, (error: CosError | null, result) => {
    if (!error) for (const { Key } of result?.Deleted ?? []) Key.length
  })
}

export async function tasks(FilePath: string): Promise<string> {
  const Copied = await cos.sliceCopyFile({ Key: 'b', CopySource: 'files-1250000000.cos…/a' })
  const upload = cos.sliceUploadFile({
    Key: 'a',
    FilePath,
    onTaskReady: (id: string) => cos.pauseTask(id),
  })
  const states: string[] = cos.getTaskList().map(({ id, state }) => `${id} ${state}`)
  cos.on('list-update', ({ list }: { list: object[] }) => list.length)
  const signed: string = COS.getAuthorization({
    SecretId: '',
    SecretKey: '',
    Method: 'GET',
    Key: '',
  })
  return `${signed} ${(await upload).ETag} ${Copied} ${states} ${COS.util.md5('a')}`
}

export function explain(error: unknown): string {
  if (!isCosError(error)) return ''
  const text: string | undefined = error.kind === 'service' ? error.RequestId : error.message
  return `${error.code} ${error.statusCode ?? 0} ${text} ${error.advice.en} ${error.retryable}`
}
