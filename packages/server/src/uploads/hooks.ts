import type { WXContext } from '../identity'

/** An upload that is about to be permitted. */
export interface RequestedFile {
  /** OPENID of the folder's owner: the `{openid}` in the path. Empty for a path without one. */
  openid: string
  key: string
  /** Bytes. Undefined where the request does not say: a multipart upload, or a key for one object without `size`. */
  size?: number
  /** Content type. Undefined where the request does not say: a key for one object, a copy. */
  type?: string
  /** The caller, as wx-server-sdk reports it. */
  wxContext: WXContext
}

/** An object in the bucket, as COS describes it. */
export interface UploadedFile {
  /** OPENID of the folder's owner: the `{openid}` in the path. Empty for a path without one. */
  openid: string
  key: string
  /** Bytes. */
  size: number
  /** Content type. */
  type: string
  /** With its quotes. */
  etag: string
  /** Values of its `x-cos-meta-*` headers, by the rest of their names. */
  metadata: Record<string, string>
  /** The caller that confirmed it, as wx-server-sdk reports it. Undefined in `reconcile`. */
  wxContext?: WXContext
}

/** An object that is no longer in the bucket, as it was when `onUpload` ran. */
export type DeletedFile = Omit<UploadedFile, 'wxContext'>

/** Returns a text to refuse the upload with that message, and nothing to permit it. An error refuses it too. */
export type BeforeUpload = (
  file: RequestedFile,
  // biome-ignore lint/suspicious/noConfusingVoidType: a hook without a return statement permits the upload
) => string | undefined | void | Promise<string | undefined | void>

/** Its return value becomes `confirm` in the upload's result, as JSON. */
export type OnUpload = (file: UploadedFile) => unknown

export type OnDelete = (file: DeletedFile) => unknown
