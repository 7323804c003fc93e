import type { AbortSignalLike } from '@miniprogram-cos/protocol'
import type { ClientCore } from '../core'
import type { Params } from '../request/prepare'
import type { TaskMemo } from '../tasks/task'
import type { Part } from './planParts'
import type { UnfinishedUpload } from './resumeStore'

/** What an upload in parts may use beside the client's core. */
export interface MultipartRun {
  signal: AbortSignalLike | undefined
  /** Holds the UploadId for the next run, and for whoever gives the upload up. */
  memo: TaskMemo
  onLoaded: (loaded: number) => void
  /** Bytes that have been compared with what an earlier run has sent. */
  onHashed: (bytes: number) => void
}

/** One upload in parts, as its steps see it. */
export interface Multipart extends MultipartRun {
  core: ClientCore
  params: Params
  target: { Bucket: string; Region: string; Key: string }
  parts: Part[]
  fileSize: number
  unfinished: UnfinishedUpload
  /** Fires when the caller's does, or when a part has failed for good. */
  signal: AbortSignalLike
  giveUp: () => void
  /** The file is hashed once a run, and only if somebody asks; undefined when the system cannot. */
  digest: () => Promise<string | undefined>
}

export interface PartDone {
  PartNumber: number
  ETag: string
}
