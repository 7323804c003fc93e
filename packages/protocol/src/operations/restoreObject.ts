import type { Document } from './bucketConfigurations'
import { type ObjectParams, operation } from './operation'
import { xmlBody } from './xmlBody'

export interface RestoreObjectParams extends ObjectParams {
  /** A version of the object. @default the latest */
  VersionId?: string
  /** `{ Days: 1, CASJobParameters: { Tier: 'Expedited' } }` */
  RestoreRequest: Document
}

/** Makes a readable copy of an archived object for some days. */
export const restoreObject = operation<RestoreObjectParams>('POST', 'object', 'RestoreObject', {
  subresource: 'restore',
  query: ['versionId'],
  idempotent: false,
  contentMd5: true,
  request: ({ RestoreRequest }) => xmlBody('RestoreRequest', RestoreRequest),
})
