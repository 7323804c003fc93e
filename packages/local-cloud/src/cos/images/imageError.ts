/** COS's error codes of image processing (document 436/7730), with status 400 unless noted. */
export type ImageErrorCode =
  /** A parameter is unknown, malformed or out of its range. */
  | 'InvalidArgument'
  /** The file is larger than the service processes. */
  | 'ImageTooLarge'
  /** Too many pixels, or too many frames. */
  | 'ImageResolutionExceed'
  /** Not an image, damaged, or of a format that the operation does not support. */
  | 'InvalidImageFormat'
  /** The watermark cannot be read. */
  | 'InvalidImageSource'
  | 'InvalidPicOperations'
  /** 501: supported by the service, but not by the local COS. */
  | 'NotImplemented'
  /** 503: processing took too long. */
  | 'ServiceUnavailable'

/** `X-ErrNo` of a failed download (document 1045/33700). */
export const ERR_NO = {
  invalidUrl: -106,
  invalidStyle: -105,
  fileTooLarge: -167,
  formatNotSupported: -441,
  sizeExceeded: -442,
  formatNotAllowed: -443,
  resolutionExceeded: -447,
  timeout: -901,
  emptyOriginal: -40168,
} as const

/** An image, a parameter or a limit that processing refuses. */
export class ImageError extends Error {
  readonly code: ImageErrorCode
  /** The number that the service sends in the header `X-ErrNo`. */
  readonly errNo: number | undefined

  constructor(code: ImageErrorCode, message: string, errNo?: number) {
    super(message)
    this.code = code
    this.errNo = errNo
  }
}

/** The error of an invalid parameter. */
export function invalidParameter(message: string): ImageError {
  return new ImageError('InvalidArgument', message, ERR_NO.invalidUrl)
}

/** The error of a feature that Tencent's service supports and the local COS does not. */
export function notImplemented(feature: string): ImageError {
  return new ImageError('NotImplemented', `The local COS does not imitate ${feature}.`)
}
