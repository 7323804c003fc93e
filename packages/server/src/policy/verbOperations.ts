import { type OperationName, operations } from '@miniprogram-cos/protocol'
import { VERBS, type Verb } from '../access/accessRule'
import type { Grant } from '../access/grants'

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
  ],
  delete: ['deleteObject'],
  // The list of uploads in progress names keys and upload ids, so it is listing, not writing.
  list: ['getBucket', 'multipartList'],
}

const actionsOfOperations = (names: OperationName[]): string[] => [
  ...new Set(names.flatMap((name) => operations[name].access.map(({ action }) => action))),
]

const ACTIONS = new Map(
  VERBS.map((verb): [Verb, string[]] => [verb, actionsOfOperations(VERB_OPERATIONS[verb])]),
)

/** What an owner who may write needs besides, to find and abort own uploads that were interrupted. */
const OWNER_WRITE_ACTIONS = actionsOfOperations([...VERB_OPERATIONS.write, 'multipartList'])

/** The CAM actions of a verb, as the operation table names them. */
export function actionsOf(verb: Verb): readonly string[] {
  return ACTIONS.get(verb) ?? []
}

/** The CAM actions that a grant includes. */
export function actionsOfGrant({ verb, isOwn }: Pick<Grant, 'verb' | 'isOwn'>): readonly string[] {
  return verb === 'write' && isOwn ? OWNER_WRITE_ACTIONS : actionsOf(verb)
}
