import {
  type AbortSignalLike,
  CosError,
  type HeadObjectResult,
  type MultipartCompleteResult,
} from '@miniprogram-cos/protocol'
import { type ClientCore, perform } from '../request/perform'
import { type Params, prepare } from '../request/prepare'
import { abortGroup } from './abortGroup'
import { readLocalFile } from './localFile'
import { partSizeFor, planParts } from './planParts'
import { runPool } from './pool'

/** Params that describe parts, not the object: the first request does not carry them. */
const PART_PARAMS = ['TrafficLimit', 'SSECustomerAlgorithm', 'SSECustomerKey', 'SSECustomerKeyMD5']

/**
 * Uploads a file in parts. Only the parts under way are in memory. When it fails, is cancelled, or a
 * part cannot be read, the parts that arrived are freed on the server.
 */
export async function uploadMultipart(
  core: ClientCore,
  params: Params,
  fileSize: number,
  onLoaded: (loaded: number) => void,
): Promise<MultipartCompleteResult & { UploadId: string }> {
  const group = abortGroup(params.signal as AbortSignalLike | undefined)
  const target = { Bucket: params.Bucket, Region: params.Region, Key: params.Key }
  let UploadId: string | undefined
  try {
    const begun = (await perform(core, 'multipartInit', { ...params, signal: group.signal })) as {
      UploadId?: string
    }
    UploadId = begun.UploadId
    if (!UploadId) throw integrityError('KitNoUploadId', 'the answer names no UploadId')
    const upload = { ...target, UploadId, signal: group.signal }
    const Parts = await sendParts(core, params, upload, fileSize, group.abort, onLoaded)
    return { ...(await complete(core, params, { ...upload, Parts }, fileSize)), UploadId }
  } catch (error) {
    if (UploadId) await abandon(core, { ...target, UploadId })
    throw error
  } finally {
    group.release()
  }
}

interface PartDone {
  PartNumber: number
  ETag: string
}

/** Sends all parts, a few at a time; the first failure ends the others too. */
async function sendParts(
  core: ClientCore,
  params: Params,
  upload: Params,
  fileSize: number,
  giveUp: () => void,
  onLoaded: (loaded: number) => void,
): Promise<PartDone[]> {
  const { options, platform } = core
  const parts = planParts(
    fileSize,
    partSizeFor(fileSize, Number(params.ChunkSize ?? options.ChunkSize)),
  )
  const done: PartDone[] = []
  let loaded = 0
  onLoaded(0)
  await runPool(parts, options.ChunkParallelLimit, async ({ PartNumber, position, length }) => {
    try {
      const Body = await readLocalFile(platform, params.FilePath, { position, length, fileSize })
      if (Body.byteLength !== length) {
        throw integrityError('KitFileChanged', `${params.FilePath} changed during the upload`)
      }
      const sent = (await perform(
        core,
        'multipartUpload',
        { ...pick(params), ...upload, PartNumber, Body },
        { tries: options.ChunkRetryTimes + 1 },
      )) as { ETag: string }
      if (!sent.ETag)
        throw integrityError('KitNoETag', `part ${PartNumber} was answered without ETag`)
      done.push({ PartNumber, ETag: sent.ETag })
    } catch (error) {
      giveUp()
      throw error
    }
    loaded += length
    onLoaded(loaded)
  })
  return done.sort((a, b) => a.PartNumber - b.PartNumber)
}

/**
 * Completes the upload. When an answer was lost, the repetition finds the upload gone: then the object
 * itself tells whether the first try did it.
 */
async function complete(
  core: ClientCore,
  params: Params,
  upload: Params & { Parts: PartDone[] },
  fileSize: number,
): Promise<MultipartCompleteResult> {
  let wasLost = false
  try {
    return (await perform(
      core,
      'multipartComplete',
      { ...metaOf(params), ...upload },
      {
        onRepeat: ({ kind }) => {
          wasLost = wasLost || kind === 'network'
        },
      },
    )) as MultipartCompleteResult
  } catch (error) {
    if (!wasLost || (error as CosError).code !== 'NoSuchUpload') throw error
    const { Bucket, Region, Key, signal, Parts } = upload
    const head = (await perform(core, 'headObject', {
      Bucket,
      Region,
      Key,
      signal,
    })) as HeadObjectResult
    const isOurs =
      head.headers['content-length'] === String(fileSize) &&
      head.ETag.indexOf(`-${Parts.length}"`) > 0
    if (!isOurs) throw error
    const location = prepare('headObject', { Bucket, Region, Key }, core.options).location
    return { ...head, Location: location, Bucket: String(Bucket), Key: String(Key) }
  }
}

/** How long a failed upload waits for the server to free its parts. */
const ABANDON_MS = 3000

/** Frees the parts on the server, as far as the network lets it; the first failure is the one to report. */
async function abandon(core: ClientCore, upload: Params): Promise<void> {
  await new Promise<void>((resolve) => {
    const callOff = core.platform.schedule(ABANDON_MS, resolve)
    const done = () => {
      callOff()
      resolve()
    }
    perform(core, 'multipartAbort', upload, { tries: 1 }).then(done, done)
  })
}

function integrityError(code: string, message: string): CosError {
  return new CosError({ kind: 'integrity', code, message })
}

function pick(params: Params): Params {
  const picked: Params = {}
  for (const name of PART_PARAMS) {
    if (params[name] !== undefined) picked[name] = params[name]
  }
  return picked
}

/** Completion repeats the metadata, as the official client does. */
function metaOf(params: Params): Params {
  const meta: Params = {}
  for (const name of Object.keys(params)) {
    if (name.indexOf('x-cos-meta-') === 0) meta[name] = params[name]
  }
  return meta
}
