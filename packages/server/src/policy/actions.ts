import { type OperationName, operations, type Verb } from '@miniprogram-cos/protocol'
import type { Grant } from '../grants'
import { VERBS } from '../rules'

/** The operations of each verb. */
const VERB_OPERATIONS: Record<Verb, OperationName[]> = {
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
  // Listing uploads in progress reveals keys and upload ids, so it is not part of writing.
  list: ['getBucket', 'multipartList'],
}

/** An owner who may write can also find and abort own uploads that were interrupted. */
const OWNER_WRITE_OPERATIONS: OperationName[] = [...VERB_OPERATIONS.write, 'multipartList']

const actionsOfOperations = (names: OperationName[]): string[] => [
  ...new Set(names.flatMap((name) => operations[name].access.map(({ action }) => action))),
]

const ACTIONS: Record<Verb, readonly string[]> = {
  read: actionsOfOperations(VERB_OPERATIONS.read),
  write: actionsOfOperations(VERB_OPERATIONS.write),
  delete: actionsOfOperations(VERB_OPERATIONS.delete),
  list: actionsOfOperations(VERB_OPERATIONS.list),
}
const OWNER_WRITE_ACTIONS: readonly string[] = actionsOfOperations(OWNER_WRITE_OPERATIONS)

/** The actions that moving an object needs, at its source and at its target, whatever its size. */
export const MOVE_ACTIONS = actionsOfOperations([
  'headObject',
  'getBucket',
  'putObjectCopy',
  'multipartInit',
  'uploadPartCopy',
  'multipartComplete',
  'multipartAbort',
  'deleteObject',
])

/** The CAM actions of a verb, as the operation table names them. */
export function actionsOf(verb: Verb): readonly string[] {
  return ACTIONS[verb]
}

/** The CAM actions that a grant includes. */
export function actionsOfGrant({ verb, isOwn }: Pick<Grant, 'verb' | 'isOwn'>): readonly string[] {
  return verb === 'write' && isOwn ? OWNER_WRITE_ACTIONS : ACTIONS[verb]
}

/** The verb that includes a CAM action. */
export function verbOf(action: string): Verb | undefined {
  return VERBS.find((verb) => ACTIONS[verb].includes(action))
}
