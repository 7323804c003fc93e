/**
 * An error response of the CloudBase API. wx-server-sdk maps the codes that it knows to numbers, for example
 * DATABASE_COLLECTION_NOT_EXIST to -502005, and every other code to -501001.
 */
export class CloudBaseError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** The error of a feature of CloudBase that the local cloud does not imitate. */
export function notImplemented(feature: string): CloudBaseError {
  return new CloudBaseError(
    'NotImplemented',
    `NotImplemented: the local cloud does not imitate ${feature}`,
  )
}
