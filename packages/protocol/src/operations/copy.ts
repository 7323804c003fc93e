import { parseCopySource } from '../address/copySource'
import type { AnyOperation } from './operation'

/** What rows that copy an object have in common. */
export const COPY: Partial<AnyOperation> = {
  copies: true,
  sourceOf: parseCopySource,
  access: [
    { action: 'GetObject', on: 'copySource' },
    { action: 'PutObject', on: 'object' },
  ],
}
