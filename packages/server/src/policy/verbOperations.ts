import { type OperationName, operations } from '@miniprogram-cos/protocol'
import type { Verb } from '../access/accessRule'

/** The operations behind each verb. */
export const VERB_OPERATIONS: Record<Verb, OperationName[]> = {
  read: ['getObject', 'headObject'],
  write: [
    'putObject',
    'postObject',
    'multipartInit',
    'multipartUpload',
    'multipartListPart',
    'multipartComplete',
    'multipartAbort',
    'multipartList',
  ],
  delete: ['deleteObject'],
  list: ['getBucket'],
}

/** The CAM actions of a verb, as the operation table names them. */
export function actionsOf(verb: Verb): string[] {
  const actions = VERB_OPERATIONS[verb].flatMap((name) =>
    operations[name].access.map(({ action }) => action),
  )
  return [...new Set(actions)]
}
