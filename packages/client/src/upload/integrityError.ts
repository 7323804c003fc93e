import { type CosError, cosError } from '@miniprogram-cos/protocol'

/** An answer, or a file, that contradicts what was sent. */
export const integrityError = (code: string, message: string): CosError =>
  cosError('integrity', code, message)
