/**
 * Where a failure came from.
 * - `service`: COS answered with an error
 * - `network`: no answer, or one that never arrived whole
 * - `credentials`: no usable key or signature could be obtained
 * - `argument`: the call itself is wrong; nothing was sent
 * - `abort`: the caller cancelled
 * - `integrity`: the answer contradicts what was sent
 */
export type CosErrorKind =
  | 'service'
  | 'network'
  | 'credentials'
  | 'argument'
  | 'abort'
  | 'integrity'
