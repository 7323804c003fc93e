import { type OperationName, operations } from '@miniprogram-cos/protocol'
import type { Grant } from '../grants'
import { limitsUploads } from '../rules'
import {
  actionsOf,
  type BucketLocation,
  compilePolicy,
  type PolicyDocument,
  resourceOf,
  statementsOf,
} from './compile'
import { contentCondition, SINGLE_UPLOADS } from './conditions'

/** The policy of a key that signs, and how much of the bucket it opens. */
export interface SigningPolicy {
  policy: PolicyDocument
  /** The key permits uploads to one object only, so each object needs its own. */
  isForOneObject: boolean
}

/**
 * The policy of the key that signs one request. A signature does not cover headers that are added later, and
 * `Pic-Operations` names further objects to write. Where a rule limits uploads, the key therefore permits the upload
 * of the one object, and of no other in the folder.
 * @param grants the grant that includes the operation, then that of a copy's source
 * @param key the object's key; empty for a list
 */
export function requestPolicy(
  { name, grants }: { name: OperationName; grants: Grant[] },
  key: string,
  location: BucketLocation,
): SigningPolicy {
  const [grant, ...sources] = grants
  const isForOneObject = grant?.verb === 'write' && key !== '' && limitsUploads(grant.rule)
  if (!isForOneObject) return { policy: compilePolicy(grants, location), isForOneObject }
  const permissions = uploadActions(name).map((action) => ({ action, path: key, grant }))
  const statement = [
    ...statementsOf(permissions, location),
    ...compilePolicy(sources, location).statement,
  ]
  return { policy: { version: '2.0', statement }, isForOneObject }
}

/** An upload in one request, or the steps of a multipart upload, which share a key. */
function uploadActions(name: OperationName): readonly string[] {
  const own = operations[name].access.filter(({ on }) => on === 'object').map((one) => one.action)
  if (own.every((action) => SINGLE_UPLOADS.includes(action))) return own
  return actionsOf('write').filter((action) => !SINGLE_UPLOADS.includes(action))
}

/**
 * The policy of a key that signs forms below a grant's path, and permits nothing else.
 * @param key where the rule limits uploads, the only object that the form may write. @default any key below the path
 */
export function formPolicy(
  { path: folder, rule }: Grant,
  location: BucketLocation,
  key?: string,
): PolicyDocument {
  const path = key !== undefined && limitsUploads(rule) ? key : `${folder}*`
  return {
    version: '2.0',
    statement: [
      {
        effect: 'allow',
        action: ['name/cos:PostObject'],
        resource: [resourceOf(location, path)],
        // The form's own policy requires the grant fields to be empty (signature/form.ts).
        condition: contentCondition(rule, true),
      },
    ],
  }
}
