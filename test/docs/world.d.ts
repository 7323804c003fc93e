// What the code in documents finds around it, as a reader does: a client, an object, a file that was chosen.

declare const COS: typeof import('miniprogram-cos').COS
declare const cos: InstanceType<typeof COS>
declare const isCosError: typeof import('miniprogram-cos').isCosError
declare const Bucket: string
declare const Region: string
declare const SecretId: string
declare const SecretKey: string
declare const prefix: string
declare const Key: string
declare const key: string
declare const FilePath: string
declare const CopySource: string
declare const tempFilePath: string
declare const url: string
declare const token: string
declare const TrashId: string
declare const error: unknown
declare const retry: () => Promise<void>
declare const page: { setData: (data: object) => void }
type TaskInfo = import('miniprogram-cos').TaskInfo
declare const files: import('miniprogram-cos').UploadFileParams[]

declare const fetchKeyFromMyServer: (
  scope: object[],
) => Promise<import('miniprogram-cos').TemporaryKeyAnswer>
