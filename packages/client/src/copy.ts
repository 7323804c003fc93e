import {
  type AnyOperation,
  cosError,
  type HeadObjectResult,
  headObject,
  multipartInit,
  type ObjectParams,
  paramHeaders,
  paramOf,
  parseCopySource,
  putObjectCopy,
  type UploadProgress,
  uploadPartCopy,
} from '@miniprogram-cos/protocol'
import { progressReporter } from './callbacks'
import { createAbortController, runPool } from './concurrency'
import { pick } from './options'
import { resolveTarget } from './request/buildRequest'
import { type ClientCore, execute } from './request/execute'
import {
  completeUpload,
  type Part,
  type PartDone,
  partSizeFor,
  planParts,
} from './upload/multipart'
import { freeUpload } from './upload/resume'
import { wxSlots } from './wx/transfer'

export interface SliceCopyFileParams extends ObjectParams {
  /** `<Bucket>.cos.<Region>.myqcloud.com/<encoded Key>`, with `?versionId=` if need be. */
  CopySource: string
  /** Larger objects are copied in parts. @default the option CopySliceSize (10 MiB) */
  CopySliceSize?: number
  /** Bytes of a part. @default the option CopyChunkSize (10 MiB) */
  CopyChunkSize?: number
  /** `Replaced` takes the headers of this call instead of the source's. @default 'Copy' */
  MetadataDirective?: 'Copy' | 'Replaced'
  /** Progress of the copy. */
  onProgress?: (progress: UploadProgress) => void
  [param: string]: unknown
}

/** With the type of any operation, because further params are sent as headers. */
const COPY: AnyOperation = putObjectCopy

/** Headers of the source that a copy in parts must set again. */
const COPIED_HEADERS =
  'cache-control content-disposition content-encoding content-type expires'.split(' ')

/** Copies an object within COS: up to CopySliceSize in one request, larger ones in parts. */
export async function sliceCopyFile(
  core: ClientCore,
  sliceParams: SliceCopyFileParams,
): Promise<object> {
  const { onProgress, CopySliceSize, CopyChunkSize, ...params } = sliceParams
  const { options } = core
  const source = parseCopySource(String(params.CopySource || ''), options.CopySourceParser)
  const { Bucket, Key, VersionId, Region = params.Region || options.Region } = source
  const { signal } = params
  const sourceObject = { Bucket, Key, ...pick({ Region, VersionId, signal }) }
  const head = await execute(core, headObject, sourceObject)
  refuseArchived(head)
  const size = Number(head.headers['content-length'])
  const report = progressReporter(size, options.ProgressInterval, onProgress)
  report(0)
  if (size <= Number(CopySliceSize ?? options.CopySliceSize)) {
    const result = await execute<object, object>(core, COPY, params)
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
  params: SliceCopyFileParams,
  { head, size, chunk, report }: Source,
): Promise<object> {
  const { CopySource, MetadataDirective } = params
  const target = resolveTarget({ ...params }, core.options)
  const isReplaced = String(MetadataDirective || 'Copy').toLowerCase() === 'replaced'
  const headerParams = {
    ...(isReplaced ? {} : sourceHeaders(head)),
    ...withoutCopy(params),
    Key: target.Key,
  }
  const { signal, abort, _unfollow: unfollow } = createAbortController(params.signal)
  const { UploadId } = await execute(core, multipartInit, headerParams)
  const upload = { ...target, UploadId, signal }
  const Parts: PartDone[] = []
  let copied = 0
  try {
    const parts = planParts(size, partSizeFor(size, chunk, core.options.MaxPartNumber))
    const limit = Math.min(core.options.CopyChunkParallelLimit, 10)
    const copy = ({ PartNumber, position, length }: Part) =>
      wxSlots().uploads.run(async () => {
        const { ETag } = await execute(core, uploadPartCopy, {
          ...upload,
          PartNumber,
          CopySource,
          CopySourceRange: `bytes=${position}-${position + length - 1}`,
          // Parts of different contents must not form one object.
          CopySourceIfMatch: head.ETag,
        })
        Parts.push({ PartNumber, ETag })
        copied += length
        report(copied)
      })
    await runPool(parts, () => limit, copy, abort)
    Parts.sort((a, b) => a.PartNumber - b.PartNumber)
    // Headers were set when the upload was initiated; only forbid-overwrite applies to its completion.
    const Headers = pick(paramHeaders(params), /^x-cos-forbid-overwrite$/i)
    const completion = { core, params: { Headers }, target, _fileSize: size, signal }
    return await completeUpload(completion, UploadId, Parts)
  } catch (error) {
    await freeUpload(core, { ...target, UploadId })
    throw error
  } finally {
    unfollow()
  }
}

/** The headers of the source that the copy takes over, as params. */
function sourceHeaders({ headers }: HeadObjectResult): Record<string, string | undefined> {
  const copied: Record<string, string | undefined> = {
    ...pick(headers, /^x-cos-meta-/),
    StorageClass: headers['x-cos-storage-class'],
  }
  for (const header of COPIED_HEADERS) copied[paramOf(header)] = headers[header]
  return copied
}

/** The params of `multipartInit`, which takes no copy source. */
const withoutCopy = (params: SliceCopyFileParams) =>
  pick(params, /^(?!CopySource|MetadataDirective$)/)

/** @throws CosError `InvalidObjectState` if the source is archived and has not been restored */
function refuseArchived(head: HeadObjectResult): void {
  const { 'x-cos-storage-class': storageClass, 'x-cos-restore': restoreState } = head.headers
  if (storageClass !== 'ARCHIVE' && storageClass !== 'DEEP_ARCHIVE') return
  if (restoreState && restoreState !== 'ongoing-request="true"') return
  throw cosError('service', 'InvalidObjectState', 'the source is archived: restore it first')
}
