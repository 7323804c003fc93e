import { type AbortSignalLike, type CosError, cosError } from '@miniprogram-cos/protocol'
import { abortError, unlessAborted } from '../concurrency'
import { pick } from '../options'
import { fileSize, readLocalFile } from '../wx/files'
import { readVideoInfo } from '../wx/media'
import {
  type CompressOptions,
  compressPicture,
  type Dimensions,
  infoOf,
  shownDimensions,
} from './compressPicture'
import { type FileType, fileTypeOf, TYPE_BYTES } from './fileType'

/** A file that the user chose: an entry of `tempFiles` of `wx.chooseMedia` or `wx.chooseMessageFile`, or its path. */
export type ChosenFile =
  | string
  | {
      tempFilePath?: string
      /** Of wx.chooseMessageFile and wx.chooseImage. */
      path?: string
      /** The original name, where the platform gives it. */
      name?: string
      /** Of a video, in seconds. */
      duration?: number
      width?: number
      height?: number
      thumbTempFilePath?: string
    }

/** Limits for a file. A file beyond a limit is refused. */
export interface FileLimits {
  /** Types, with `*` for any text: `image/*`. @default any */
  types?: string[]
  /** Bytes, after compression. */
  maxSize?: number
  /** Pixels as shown, after compression; of pictures and videos. */
  maxWidth?: number
  maxHeight?: number
  minWidth?: number
  minHeight?: number
  /** Seconds; of videos. */
  maxDuration?: number
}

/** Which limit a file exceeds, by how much: the `cause` of `KitFileRefused`. `actual` is undefined if nobody knows. */
export interface FileRefusal {
  limit: keyof FileLimits
  allowed: number | string[]
  actual: number | string | undefined
}

export type PrepareStep = 'inspect' | 'compress' | 'check' | 'done'

export interface PrepareOptions {
  /** Beginning of the key: `(await cos.caller()).prefix`. @default '' */
  prefix?: string
  /** The key. @default the prefix and a name that no other file has */
  key?: (file: FileDescription) => string
  /** Makes pictures smaller. @default false */
  compress?: boolean | CompressOptions
  /** @default none */
  limits?: FileLimits
  /** Cancels it between two steps. */
  signal?: AbortSignalLike
  /** Called when a step begins. `percent` is 0 to 1. */
  onProgress?: (progress: { step: PrepareStep; percent: number }) => void
}

/** Path, size, type and dimensions of a file. */
export interface FileDescription extends FileType {
  FilePath: string
  /** Bytes. */
  size: number
  /** As the user named it; undefined where the platform does not say. */
  name?: string
  /** Pixels as shown. */
  width?: number
  height?: number
  /** Seconds. */
  duration?: number
}

/** Params of uploadFile. */
export interface PreparedUpload {
  Key: string
  FilePath: string
  ContentType: string
}

export interface PreparedFile extends FileDescription {
  /** For `cos.uploadFile`; further params can be added. */
  upload: PreparedUpload
  /** The cover of a video, for `cos.uploadFile`: its key is that of the video and `.cover.jpg`. */
  cover?: PreparedUpload
}

/**
 * Prepares a chosen file for its upload: finds out what it is, makes a picture smaller, checks the limits and gives it
 * a key of its own. The upload comes after it, so that what is hashed, sent and resumed is the prepared file.
 *
 * @throws CosError `KitFileRefused` with a FileRefusal as its cause, `KitFileUnreadable`, `KitAborted`
 * @example
 * const { tempFiles } = await wx.chooseMedia({ count: 9 })
 * for (const file of tempFiles) {
 *   const { upload } = await prepareFile(file, { prefix, compress: { maxWidth: 1600 } })
 *   await cos.uploadFile(upload)
 * }
 */
export function prepareFile(file: ChosenFile, options: PrepareOptions = {}): Promise<PreparedFile> {
  return unlessAborted(options.signal, () => prepare(file, options))
}

/**
 * For the param `prepare` of uploadFile and uploadFiles: makes a picture smaller and checks the limits when the turn of
 * the upload has come. A pause or a cancellation ends it.
 *
 * @throws CosError as prepareFile, by which the upload fails
 * @example
 * const prepare = prepareUpload({ compress: { maxWidth: 1600 }, limits: { maxSize: 5_000_000 } })
 * await cos.uploadFiles({ files: files.map((file) => ({ ...file, prepare })) })
 */
export function prepareUpload(options: Omit<PrepareOptions, 'prefix' | 'key' | 'signal'> = {}) {
  return async (file: { FilePath: string; signal: AbortSignalLike }): Promise<UploadContent> => {
    const { signal } = file
    const { FilePath, ContentType } = await prepareFile(file.FilePath, { ...options, signal })
    return { FilePath, ContentType }
  }
}

/** The params of uploadFile that prepareUpload replaces. */
export interface UploadContent {
  FilePath: string
  ContentType: string
}

async function prepare(file: ChosenFile, options: PrepareOptions): Promise<PreparedFile> {
  const { prefix = '', key, compress, limits = {}, signal, onProgress } = options
  const begin = (step: PrepareStep, percent: number) => {
    if (signal?.aborted) throw abortError()
    onProgress?.({ step, percent })
  }
  begin('inspect', 0)
  const chosen = typeof file === 'string' ? { path: file } : file
  let description = await describe(chosen)
  const { ContentType } = description
  if (compress && /^image\//.test(ContentType)) {
    begin('compress', 0.2)
    const settings = compress === true ? {} : compress
    const { FilePath, size } = description
    const original = { path: FilePath, size, dimensions: dimensionsOf(description) }
    const picture = await compressPicture(original, ContentType, settings)
    description = {
      ...description,
      FilePath: picture.path,
      size: picture.size,
      ...picture.dimensions,
    }
  }
  begin('check', 0.9)
  check(description, limits)
  const { FilePath, extension } = description
  const Key = key ? key(description) : `${prefix}${uniqueName()}${extension}`
  const upload = { Key, FilePath, ContentType }
  const cover = await coverOf(chosen, Key)
  begin('done', 1)
  return { ...description, upload, ...(cover && { cover }) }
}

type Chosen = Exclude<ChosenFile, string>

async function describe(chosen: Chosen): Promise<FileDescription> {
  const FilePath = chosen.tempFilePath || chosen.path || ''
  const size = await fileSize(FilePath)
  // WeChat for Mac keeps the name in the path; elsewhere that is random.
  const name = chosen.name || /^wxfile:\/\/temp\/(.+)$/.exec(FilePath)?.[1]
  const type = fileTypeOf(await firstBytes(FilePath, size), name || FilePath)
  const known = { ...type, FilePath, size, ...pick({ name }) }
  if (/^image\//.test(type.ContentType)) {
    const info = await infoOf(FilePath)
    return { ...known, ...(info && shownDimensions(info)) }
  }
  if (!/^video\//.test(type.ContentType)) return known
  const { width, height, duration } = chosen
  // Before the path was chosen elsewhere, or where the chooser says nothing.
  const found = width && duration ? undefined : await readVideoInfo(FilePath).catch(() => undefined)
  return { ...known, ...pick({ width, height, duration }), ...found }
}

async function firstBytes(path: string, size: number): Promise<Uint8Array> {
  // A range of an empty file is an error to WeChat.
  if (!size) return new Uint8Array()
  const range = { position: 0, length: Math.min(size, TYPE_BYTES), fileSize: size }
  return new Uint8Array(await readLocalFile(path, range))
}

function dimensionsOf({ width, height }: FileDescription): Dimensions | undefined {
  return width && height ? { width, height } : undefined
}

/** A name that no other file has, not even one of the same original name on WeChat for Mac. */
function uniqueName(): string {
  const random = () => Math.random().toString(36).slice(2, 8)
  return `${Date.now().toString(36)}-${random()}${random()}`
}

/** @throws CosError `KitFileRefused` */
function check(file: FileDescription, limits: FileLimits): void {
  const { types, ...numbers } = limits
  const { ContentType, size, width, height, duration } = file
  if (types && !types.some((type) => matches(ContentType, type))) {
    throw refused({ limit: 'types', allowed: types, actual: ContentType })
  }
  const isVisual = /^(image|video)\//.test(ContentType)
  const isVideo = /^video\//.test(ContentType)
  const values = { Size: size, Width: width, Height: height, Duration: duration }
  for (const [name, allowed] of Object.entries(numbers)) {
    const what = name.slice(3) as keyof typeof values
    if (allowed === undefined || !(what === 'Size' || (what === 'Duration' ? isVideo : isVisual))) {
      continue
    }
    const actual = values[what]
    // A limit that cannot be checked is not met.
    const isMet =
      actual !== undefined && (/^min/.test(name) ? actual >= allowed : actual <= allowed)
    if (!isMet) throw refused({ limit: name as keyof FileLimits, allowed, actual })
  }
}

const matches = (ContentType: string, pattern: string) =>
  pattern.slice(-1) === '*'
    ? ContentType.indexOf(pattern.slice(0, -1)) === 0
    : ContentType === pattern

function refused(cause: FileRefusal): CosError {
  const { limit, allowed, actual = 'unknown' } = cause
  const message = `the file is beyond the limit ${limit}: ${actual}, allowed ${allowed}`
  return cosError('argument', 'KitFileRefused', message, { cause })
}

/** The cover of a video, if WeChat has made one: on some phones it is an empty or a broken file. */
async function coverOf(
  { thumbTempFilePath }: Chosen,
  Key: string,
): Promise<PreparedUpload | undefined> {
  if (!thumbTempFilePath) return undefined
  const size = await fileSize(thumbTempFilePath).catch(() => 0)
  const bytes = await firstBytes(thumbTempFilePath, size).catch(() => new Uint8Array())
  const { ContentType, extension } = fileTypeOf(bytes, '')
  const isPicture = /^image\//.test(ContentType) && (await infoOf(thumbTempFilePath))
  return isPicture
    ? { Key: `${Key}.cover${extension}`, FilePath: thumbTempFilePath, ContentType }
    : undefined
}
