import { spawn } from 'node:child_process'
import { createWriteStream, promises as fs } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { accessTo, authorize } from '../authorize'
import { type OperationContext, requireBucket } from '../operations/operation'
import { type CosRequest, versionIdOf } from '../request'
import type { ObjectRecord } from '../store/records'
import { CONTENT_TYPES } from './formats'
import { ERR_NO, ImageError, invalidParameter, readInteger } from './imagePipeline'
import { imageServiceError, type ProcessedObject, resultObject } from './imageRequests'

/** A video is copied to a temporary file for ffmpeg, because the index of an MP4 may be at its end. */
const MAX_SOURCE_BYTES = 512 * 1024 * 1024
/** The sides of a snapshot; the service's limit is not documented. */
const MAX_SIDE = 4096
/** The pixels of a frame of 8K video. */
const MAX_PIXELS = 7680 * 4320
const MAX_RESULT_BYTES = 64 * 1024 * 1024
const TIMEOUT_MS = 20_000

/** Demuxers of videos. Others, as those of playlists, could read further files. */
const CONTAINERS = 'mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,flv,mpeg,mpegts,ogg,asf'

interface Snapshot {
  seconds: number
  /** Pixels; 0 follows from the other side. */
  width: number
  height: number
  format: 'jpeg' | 'png'
  isRotated: boolean
  isKeyframe: boolean
}

/** Whether a GET requests a video snapshot (document 1045/72960). */
export function isSnapshot({ query }: CosRequest): boolean {
  return query['ci-process'] === 'snapshot'
}

/**
 * Takes a video snapshot with ffmpeg. Returns undefined if the request is for something else. Requires
 * `ci:GenerateSnapshot` besides GetObject, unless the object is public.
 * @throws CosServiceError `AccessDenied`, `InvalidArgument`, `NotImplemented` if ffmpeg is not installed
 */
export async function takeSnapshot(
  context: OperationContext,
  object: ObjectRecord,
): Promise<ProcessedObject | undefined> {
  const { request, images } = context
  if (!isSnapshot(request)) return undefined
  await authorize(context, [
    accessTo('ci:GenerateSnapshot', requireBucket(context), request.key, versionIdOf(request)),
  ])
  try {
    const snapshot = readSnapshot(request.query)
    const bytes = await images.inTurn(() => createSnapshot(context, object, snapshot))
    return resultObject(object, bytes, CONTENT_TYPES[snapshot.format])
  } catch (error) {
    throw imageServiceError(error)
  }
}

function readSnapshot(query: CosRequest['query']): Snapshot {
  const { time = '', width = '0', height = '0' } = query
  const seconds = /^\d{1,6}(\.\d{1,6})?$/.test(time) ? Number(time) : Number.NaN
  if (Number.isNaN(seconds)) throw invalidParameter('time must be a number of seconds.')
  return {
    seconds,
    width: readInteger('width', width, 0, MAX_SIDE),
    height: readInteger('height', height, 0, MAX_SIDE),
    format: readChoice(query, 'format', ['jpg', 'png']) === 'png' ? 'png' : 'jpeg',
    isRotated: readChoice(query, 'rotate', ['auto', 'off']) === 'auto',
    isKeyframe: readChoice(query, 'mode', ['exactframe', 'keyframe']) === 'keyframe',
  }
}

/** One of several values, of which the first is the default. */
function readChoice(query: CosRequest['query'], name: string, values: [string, string]): string {
  const value = query[name] || values[0]
  if (!values.includes(value)) throw invalidParameter(`${name} must be ${values.join(' or ')}.`)
  return value
}

async function createSnapshot(
  { store }: OperationContext,
  { size, blobs }: ObjectRecord,
  snapshot: Snapshot,
): Promise<Buffer> {
  if (size > MAX_SOURCE_BYTES) {
    throw new ImageError(
      'NotImplemented',
      'The local COS takes no snapshots of videos over 512 MB.',
    )
  }
  if (size === 0) throw unreadable('it is empty')
  const folder = await fs.mkdtemp(join(tmpdir(), 'cos-snapshot-'))
  try {
    const file = join(folder, 'video')
    const content = store.blobs.read(blobs, 0, size - 1)
    await pipeline(
      Buffer.isBuffer(content) ? Readable.from([content]) : content,
      createWriteStream(file),
    )
    return await runFfmpeg(file, snapshot)
  } finally {
    await fs.rm(folder, { recursive: true, force: true })
  }
}

/** @throws ImageError */
async function runFfmpeg(file: string, snapshot: Snapshot): Promise<Buffer> {
  const child = spawn('ffmpeg', ffmpegArguments(file, snapshot), {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stopped: ImageError | undefined
  const stop = (error: ImageError) => {
    stopped = error
    child.kill('SIGKILL')
  }
  const timer = setTimeout(
    stop,
    TIMEOUT_MS,
    unavailable('processing took too long', ERR_NO.timeout),
  )
  const picture: Buffer[] = []
  let size = 0
  child.stdout.on('data', (chunk: Buffer) => {
    picture.push(chunk)
    size += chunk.length
    if (size > MAX_RESULT_BYTES) {
      stop(new ImageError('ImageTooLarge', 'The snapshot is over 64 MB.', ERR_NO.sizeExceeded))
    }
  })
  let problem = ''
  child.stderr.on('data', (chunk: Buffer) => {
    if (problem.length < 4096) problem += chunk.toString()
  })
  const [status, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once('error', (error) => reject(startError(error)))
    child.once('close', (...end) => resolve(end))
  }).finally(() => clearTimeout(timer))
  if (stopped) throw stopped
  if (signal) throw unavailable(`ffmpeg was ended by ${signal}`)
  if (status !== 0) {
    const [reason = ''] = problem.trim().split('\n').slice(-1)
    // The loader did not find a library of ffmpeg.
    if (status === 127) throw startError(new Error(reason))
    throw unreadable(reason.replace(/^.*?: (?=\S)/, ''))
  }
  if (size === 0) throw invalidParameter(`The video ends before ${snapshot.seconds} s.`)
  return Buffer.concat(picture)
}

function startError(error: NodeJS.ErrnoException): ImageError {
  if (error.code !== 'ENOENT') return unavailable(`ffmpeg cannot be started: ${error.message}`)
  return new ImageError(
    'NotImplemented',
    'The local COS takes video snapshots with ffmpeg, which is not installed: apt-get install ffmpeg, brew install ffmpeg, or https://ffmpeg.org.',
  )
}

function ffmpegArguments(file: string, snapshot: Snapshot): string[] {
  const { seconds, width, height, format, isRotated, isKeyframe } = snapshot
  return [
    ...['-nostdin', '-v', 'error', '-threads', '1', '-max_pixels', `${MAX_PIXELS}`],
    ...['-protocol_whitelist', 'file', '-format_whitelist', CONTAINERS],
    ...(isRotated ? [] : ['-noautorotate']),
    // Without -copyts, frames before the given time are dropped.
    ...(isKeyframe ? ['-noaccurate_seek', '-copyts'] : []),
    ...['-ss', `${seconds}`, '-i', `file:${file}`, '-map', '0:v:0', '-frames:v', '1'],
    ...(width || height ? ['-vf', `scale=${width || -1}:${height || -1}`] : []),
    ...['-c:v', format === 'png' ? 'png' : 'mjpeg', '-q:v', '3', '-threads', '1'],
    ...['-f', 'image2pipe', 'pipe:1'],
  ]
}

function unreadable(reason: string): ImageError {
  return new ImageError(
    'InvalidArgument',
    `The object is not a video, or it is damaged: ${reason}.`,
    ERR_NO.formatNotSupported,
  )
}

function unavailable(reason: string, errNo?: number): ImageError {
  return new ImageError('ServiceUnavailable', `No video snapshot: ${reason}.`, errNo)
}
