import { parseCopySource } from '../address/copySource'
import { CONDITIONS } from './conditions'
import type { AnyOperation } from './operation'
import { headerGroup } from './paramHeaders'

headerGroup('', 'x-cos-', 'copy-source metadata-directive')
headerGroup('CopySource', 'x-cos-copy-source-', CONDITIONS)

/** What rows that copy an object have in common. */
export const COPY: Partial<AnyOperation> = {
  copies: true,
  sourceOf: parseCopySource,
  access: [
    { action: 'GetObject', on: 'copySource' },
    { action: 'PutObject', on: 'object' },
  ],
}
