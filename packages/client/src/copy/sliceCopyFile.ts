import {
  type AbortSignalLike,
  cosError,
  type HeadObjectResult,
  headObject,
  multipartInit,
  type ObjectParams,
  paramHeaders,
  parseCopySource,
  putObjectCopy,
  type UploadProgress,
  uploadPartCopy,
} from '@miniprogram-cos/protocol'
import { abortGroup } from '../abort/abortGroup'
import type { ClientCore } from '../core'
import { pick } from '../pick'
import { perform } from '../request/perform'
import { type Params, prepare } from '../request/prepare'
import { completeMultipart } from '../upload/completeMultipart'
import { freeUpload } from '../upload/freeUpload'
import { type Part, partSizeFor, planParts } from '../upload/planParts'
import { runPool } from '../upload/pool'
import { progressReporter } from '../upload/progress'
import { wxSlots } from '../wx/wxSlots'

export interface SliceCopyFileParams extends ObjectParams {
  /** `<Bucket>.cos.<Region>.myqcloud.com/<encoded Key>`, with `?versionId=` if need be. */
  CopySource: string
  /** Larger objects are copied in parts. @default the option CopySliceSize (10 MiB) */
  CopySliceSize?: number
  /** Bytes of a part. @default the option CopyChunkSize (10 MiB) */
  CopyChunkSize?: number
  /** `Replaced` takes the headers of this call instead of the source's. @default 'Copy' */
  MetadataDirective?: 'Copy' | 'Replaced'
  /** How much is copied. */
  onProgress?: (progress: UploadProgress) => void
  [param: string]: unknown
}

/** Headers that a copy in parts must repeat, and the params that set them. */
const KEPT = {
  'cache-control': 'CacheControl',
  'content-disposition': 'ContentDisposition',
  'content-encoding': 'ContentEncoding',
  'content-type': 'ContentType',
  expires: 'Expires',
  'x-cos-storage-class': 'StorageClass',
}

/** Copies an object within COS: up to CopySliceSize in one request, larger ones in parts. */
export async function sliceCopyFile(core: ClientCore, given: Params): Promise<object> {
  const { onProgress, CopySliceSize, CopyChunkSize, ...params } = given
  const { options } = core
  const source = parseCopySource(String(params.CopySource ?? ''), options.CopySourceParser)
  const head = (await perform(core, headObject, {
    Bucket: source.Bucket,
    Region: source.Region ?? params.Region ?? options.Region,
    Key: source.Key,
    VersionId: source.VersionId,
    signal: params.signal,
  })) as HeadObjectResult
  refuseArchived(head)
  const size = Number(head.headers['content-length'])
  const listener = onProgress as SliceCopyFileParams['onProgress']
  const report = progressReporter(size, options.ProgressInterval, listener)
  report(0)
  if (size <= Number(CopySliceSize ?? options.CopySliceSize)) {
    const result = await perform(core, putObjectCopy, params)
    report(size)
    return result
  }
  const chunk = Number(CopyChunkSize || options.CopyChunkSize)
  return copyInParts(core, params, { head, size, chunk, report })
}

interface Source {
  head: HeadObjectResult
  size: number
  chunk: number
  report: (loaded: number) => void
}

async function copyInParts(
  core: ClientCore,
  params: Params,
  { head, size, chunk, report }: Source,
): Promise<object> {
  const { CopySource, MetadataDirective } = params
  const { Bucket, Region, Key } = prepare(multipartInit, params, core)
  const target = { Bucket, Region, Key }
  const isReplaced = String(MetadataDirective ?? 'Copy').toLowerCase() === 'replaced'
  const described = { ...(isReplaced ? {} : keptOf(head)), ...withoutCopy(params) }
  const group = abortGroup(params.signal as AbortSignalLike | undefined)
  const begun = (await perform(core, multipartInit, described)) as { UploadId: string }
  const { signal } = group
  const upload = { ...target, UploadId: begun.UploadId, signal }
  const Parts: { PartNumber: number; ETag: string }[] = []
  let copied = 0
  try {
    const parts = planParts(size, partSizeFor(size, chunk, core.options.MaxPartNumber))
    const limit = Math.min(core.options.CopyChunkParallelLimit, 10)
    const copy = ({ PartNumber, position, length }: Part) =>
      wxSlots().uploads.run(async () => {
        const { ETag } = (await perform(core, uploadPartCopy, {
          ...upload,
          PartNumber,
          CopySource,
          CopySourceRange: `bytes=${position}-${position + length - 1}`,
          // Parts of two contents must never become one object.
          CopySourceIfMatch: head.ETag,
        })) as { ETag: string }
        Parts.push({ PartNumber, ETag })
        copied += length
        report(copied)
      })
    await runPool(parts, () => limit, copy, group.abort)
    Parts.sort((a, b) => a.PartNumber - b.PartNumber)
    // The copy has its headers from its beginning; what may not be replaced may not be replaced now either.
    const Headers = pick(paramHeaders(params), /^x-cos-forbid-overwrite$/i)
    const completion = { core, params: { Headers }, target, fileSize: size, signal }
    return await completeMultipart(completion, begun.UploadId, Parts)
  } catch (error) {
    await freeUpload(core, { ...target, UploadId: begun.UploadId })
    throw error
  } finally {
    group.release()
  }
}

/** What an object says of itself, as params. */
function keptOf({ headers }: HeadObjectResult): Params {
  const kept: Params = pick(headers, /^x-cos-meta-/)
  for (const [header, param] of Object.entries(KEPT)) kept[param] = headers[header]
  return kept
}

/** The first request of an upload knows no source. */
function withoutCopy(params: Params): Params {
  return pick(params, /^(?!CopySource|MetadataDirective$)/)
}

/** @throws CosError for a copy that would have to wait for a restore */
function refuseArchived(head: HeadObjectResult): void {
  const { 'x-cos-storage-class': storageClass, 'x-cos-restore': restored } = head.headers
  if (storageClass !== 'ARCHIVE' && storageClass !== 'DEEP_ARCHIVE') return
  if (restored && restored !== 'ongoing-request="true"') return
  throw cosError('service', 'InvalidObjectState', 'the source is archived: restore it first')
}
