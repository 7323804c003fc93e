import { parseCopySource } from '@miniprogram-cos/protocol'
import { pick } from '../pick'
import type { Scopes } from './prepare'

/** What only the methods of the full client need access to. */
export const FURTHER_SCOPES: Scopes = {
  prefix: ({ Prefix }) => [{ prefix: String(Prefix ?? '') }],
  listedObjects: ({ Objects }) =>
    (Objects as { Key: string }[]).map(({ Key }) => ({ prefix: Key })),
  copySource({ CopySource }, _, { CopySourceParser }) {
    const { Bucket, Region, Key } = parseCopySource(String(CopySource ?? ''), CopySourceParser)
    return [pick({ bucket: Bucket, region: Region, prefix: Key })] as [object]
  },
}
