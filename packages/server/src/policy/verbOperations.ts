import { type OperationName, operations } from '@miniprogram-cos/protocol'
import { VERBS, type Verb } from '../access/accessRule'

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

const ACTIONS = new Map(
  VERBS.map((verb): [Verb, string[]] => {
    const needed = VERB_OPERATIONS[verb].flatMap((name) => operations[name].access)
    return [verb, [...new Set(needed.map(({ action }) => action))]]
  }),
)

/** The CAM actions of a verb, as the operation table names them. */
export function actionsOf(verb: Verb): readonly string[] {
  return ACTIONS.get(verb) ?? []
}
