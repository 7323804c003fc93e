import type { Document } from './bucketConfigurations'
import { xmlBody } from './configuration'
import { type ObjectParams, objectOperation } from './operation'

export interface RestoreObjectParams extends ObjectParams {
  VersionId?: string
  /** `{ Days: 1, CASJobParameters: { Tier: 'Expedited' } }` */
  RestoreRequest: Document
}

/** Makes a readable copy of an archived object for some days. */
export const restoreObject = objectOperation<RestoreObjectParams>('POST', 'RestoreObject', {
  subresource: 'restore',
  idempotent: false,
  contentMd5: true,
  request: ({ VersionId, RestoreRequest }) => ({
    query: { versionId: VersionId },
    ...xmlBody('RestoreRequest', RestoreRequest),
  }),
})
