import { type ObjectParams, operation, type ResultMeta, readETag } from './operation'
import type { ContentParams } from './paramHeaders'
import type { UploadProgress } from './putObject'

export interface PostObjectParams extends ObjectParams, ContentParams {
  /** A local file; it is streamed by `wx.uploadFile`, which is what gives byte-wise progress. */
  FilePath: string
  /** Called as often as the option ProgressInterval says. */
  onProgress?: (progress: UploadProgress) => void
}

export interface PostObjectResult extends ResultMeta {
  Location: string
  /** Quoted; empty when the platform hides response headers of uploads. */
  ETag: string
}

export const postObject = operation<PostObjectParams, PostObjectResult>(
  'POST',
  'bucket',
  'PostObject',
  {
    form: true,
    access: [{ action: 'PostObject', on: 'object' }],
    result: (reply) => ({ Location: reply.location, ...readETag(reply) }),
  },
)
