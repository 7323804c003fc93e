import { FunctionError } from '../errors'
import type { WXContext } from '../identity'
import { ownerOf, type Rule } from '../rules'

/** An upload that `beforeUpload` decides on. */
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

/** An upload that a caller requests permission for. */
export interface UploadRequest {
  rule: Rule
  key: string
  /** Bytes, where the request says so. */
  size: number | undefined
  type: string | undefined
}

/** Runs `beforeUpload`, if the rule has one. @throws FunctionError `KitUploadRefused`, `KitHookFailed` */
export async function runBeforeUpload(
  { rule, key, size, type }: UploadRequest,
  wxContext: WXContext,
): Promise<void> {
  if (!rule.beforeUpload) return
  const file: RequestedFile = {
    openid: ownerOf(rule, key),
    key,
    ...(size === undefined ? {} : { size }),
    ...(type === undefined ? {} : { type }),
    wxContext,
  }
  let refusal: string | undefined
  try {
    const returned = await rule.beforeUpload(file)
    refusal = returned === undefined ? undefined : String(returned)
  } catch (error) {
    throw hookFailed(rule, `beforeUpload failed: ${errorName(error)}`)
  }
  if (refusal !== undefined) {
    throw new FunctionError('KitUploadRefused', refusal, { rule: rule.pattern })
  }
}

/** A hook that failed, or could not run. It runs again when it is called again. */
export function hookFailed({ pattern }: Rule, reason: string): FunctionError {
  return new FunctionError('KitHookFailed', reason, { retryable: true, rule: pattern })
}

/** The name of an error, with CloudBase's code; its message may contain what the caller must not see. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error
  const { errCode } = error as { errCode?: unknown }
  return typeof errCode === 'number' ? `${error.name} ${errCode}` : error.name
}
