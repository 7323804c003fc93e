import { type ObjectParams, operation } from './operation'
import type { ContentParams } from './paramHeaders'
import { checkBody } from './putObject'

export interface AppendObjectParams extends ObjectParams, ContentParams {
  /** What is added. */
  Body: string | ArrayBuffer
  /** Where to append: the object's present length, 0 for a new one. */
  Position: number
}

/** Appends to an object of type appendable; `x-cos-next-append-position` says where to go on. */
export const appendObject = operation<AppendObjectParams>('POST', 'object', 'AppendObject', {
  subresource: 'append',
  query: ['position'],
  // Its position makes a repetition fail instead of doubling the content, but then hides the success.
  idempotent: false,
  request: ({ Body }) => ({ body: checkBody(Body) }),
})
