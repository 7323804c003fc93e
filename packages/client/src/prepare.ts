import { type AbortSignalLike, type CosError, cosError } from '@miniprogram-cos/protocol'
import { abortError, unlessAborted } from './concurrency'
import { pick } from './options'
import {
  type CompressOptions,
  compressPicture,
  type Dimensions,
  infoOf,
  shownDimensions,
} from './prepare/compressPicture'
import { type FileType, fileTypeOf, TYPE_BYTES } from './prepare/fileType'
import type { PreparedContent } from './upload/uploadFile'
import { fileSize, readLocalFile } from './wx/files'
import { readVideoInfo } from './wx/media'

export { CosError, isCosError } from '@miniprogram-cos/protocol'
export type { CompressOptions } from './prepare/compressPicture'

/** A file that the user chose: an entry of `tempFiles` of `wx.chooseMedia` or `wx.chooseMessageFile`, or its path. */
export type ChosenFile =
  | string
  | {
      tempFilePath?: string
      /** Of wx.chooseMessageFile and wx.chooseImage. */
      path?: string
      /** The original name, if the platform provides it. */
      name?: string
      /** Of a video, in seconds. */
      duration?: number
      width?: number
      height?: number
      thumbTempFilePath?: string
    }

/** Limits for a file. A file that exceeds a limit, or for which it cannot be checked, is refused. */
export interface FileLimits {
  /** Content types; a trailing `*` matches any text: `image/*`. @default any */
  types?: string[]
  /** Bytes, after compression. */
  maxSize?: number
  /** Pixels, after rotation and compression; of pictures and videos. */
  maxWidth?: number
  maxHeight?: number
  minWidth?: number
  minHeight?: number
  /** Seconds; of videos. */
  maxDuration?: number
}

/** The limit that a file exceeds: the `cause` of `KitFileRefused`. `actual` is undefined if it cannot be determined. */
export interface FileRefusal {
  limit: keyof FileLimits
  allowed: number | string[]
  actual: number | string | undefined
}

export type PrepareStep = 'inspect' | 'compress' | 'check' | 'done'

export interface PrepareOptions {
  /** Beginning of the key: `(await cos.caller()).prefix`. @default '' */
  prefix?: string
  /** The key. @default the prefix and a unique name */
  key?: (file: FileDescription) => string
  /** Compresses pictures: see CompressOptions. @default false */
  compress?: boolean | CompressOptions
  /** Limits that the file must meet. @default none */
  limits?: FileLimits
  /** Cancels the preparation. */
  signal?: AbortSignalLike
  /** Called when a step begins. `percent` is 0 to 1. */
  onProgress?: (progress: { step: PrepareStep; percent: number }) => void
}

/** Path, size, type and dimensions of a file. */
export interface FileDescription extends FileType {
  FilePath: string
  /** Bytes. */
  size: number
  /** The original name; undefined if the platform does not provide it. */
  name?: string
  /** Pixels, after rotation. */
  width?: number
  height?: number
  /** Seconds. */
  duration?: number
}

/** The params for uploadFile. */
export interface PreparedUpload {
  Key: string
  FilePath: string
  ContentType: string
}

export interface PreparedFile extends FileDescription {
  /** For `cos.uploadFile`; further params can be added. */
  upload: PreparedUpload
  /** The cover of a video, for `cos.uploadFile`. Its key is the key of the video with `.cover.jpg` appended. */
  cover?: PreparedUpload
}

/**
 * Prepares a chosen file for an upload: detects its type, compresses a picture, checks the limits and creates a unique
 * key. Call it before the upload, so that the prepared file is the one that is hashed, sent and resumed.
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

/** The params of uploadFile that prepareUpload replaces. */
export type UploadContent = Required<PreparedContent>

/**
 * Creates the param `prepare` of uploadFile and uploadFiles: compresses a picture and checks the limits when the upload
 * starts. A pause or a cancellation of the upload ends it. The upload fails with the errors of prepareFile.
 *
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
  // WeChat for Mac keeps the name in the path; elsewhere the path is random.
  const name = chosen.name || /^wxfile:\/\/temp\/(.+)$/.exec(FilePath)?.[1]
  const type = fileTypeOf(await firstBytes(FilePath, size), name || FilePath)
  const basics = { ...type, FilePath, size, ...pick({ name }) }
  if (/^image\//.test(type.ContentType)) {
    const info = await infoOf(FilePath)
    return { ...basics, ...(info && shownDimensions(info)) }
  }
  if (!/^video\//.test(type.ContentType)) return basics
  const { width, height, duration } = chosen
  // Missing if only a path was passed, or if the chooser does not report them.
  const videoInfo =
    width && duration ? undefined : await readVideoInfo(FilePath).catch(() => undefined)
  return { ...basics, ...pick({ width, height, duration }), ...videoInfo }
}

async function firstBytes(path: string, size: number): Promise<Uint8Array> {
  // WeChat fails for a range of an empty file.
  if (!size) return new Uint8Array()
  const range = { position: 0, length: Math.min(size, TYPE_BYTES), fileSize: size }
  return new Uint8Array(await readLocalFile(path, range))
}

function dimensionsOf({ width, height }: FileDescription): Dimensions | undefined {
  return width && height ? { width, height } : undefined
}

/** A unique name, even for files with the same original name. */
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
    const quantity = name.slice(3) as keyof typeof values
    if (
      allowed === undefined ||
      !(quantity === 'Size' || (quantity === 'Duration' ? isVideo : isVisual))
    ) {
      continue
    }
    const actual = values[quantity]
    // A limit that cannot be checked counts as exceeded.
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
  const requirement = /^min/.test(limit) ? 'required' : 'allowed'
  const message = `the file does not meet ${limit}: it has ${actual}, ${requirement} ${allowed}`
  return cosError('argument', 'KitFileRefused', message, { cause })
}

/** The cover of a video, if WeChat has created one; on some phones it is an empty or damaged file. */
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
