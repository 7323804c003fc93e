import type { KeyFunctionResponse } from '@miniprogram-cos/protocol'
import type { CheckedConfig } from './config'
import { type Call, createFunction } from './createFunction'
import { FunctionError } from './errors'
import {
  actionsOf,
  compilePolicy,
  folderKeyObstacle,
  grantsForFolderKey,
  type PolicyDocument,
  policyForPermissions,
} from './policy'
import { compileScope, narrowGrants, sizedUpload, sizeOf } from './scope'
import { createName, createRefused } from './serverNames'
import type { UploadRequest } from './services/hooks'
import type { Environment } from './sts'

/** For how many seconds a cached key must still be valid. */
const MIN_REMAINING = 300

/**
 * The function cos-credentials: verifies the caller and issues a key that permits what the rules grant them.
 *
 * @example
 * const answer = credentialsFunction(config, process.env, { database: () => cloud.database() })
 * exports.main = (event, context) => answer({ event, context, wxContext: cloud.getWXContext() })
 */
export const credentialsFunction = createFunction<KeyFunctionResponse>(
  'cos-credentials',
  async (call, { config, environment, keys, services }) => {
    const { what, policy, key, uploads } = requestedPolicy(call, config, environment)
    call.log.what = what
    await services.permit(call, uploads, config.keySeconds)
    const issued = await keys.credentialsFor(call.openid, policy, MIN_REMAINING)
    const { tmpSecretId, tmpSecretKey, sessionToken, startTime, expiredTime, requestId } =
      issued.credentials
    call.log.cached = issued.isCached
    call.log.stsRequestId = requestId
    return {
      credentials: { tmpSecretId, tmpSecretKey, sessionToken },
      startTime,
      expiredTime,
      requestId,
      bucket: config.bucket,
      region: config.region,
      prefix: call.prefix,
      ...services.servedPaths(call),
      // The key permits less than all the caller may do.
      ...(what === 'key' ? {} : { scopeLimit: true }),
      ...(key === undefined ? {} : { key }),
    }
  },
)

/** The policy of the requested key. */
interface RequestedPolicy {
  what: 'key' | 'scope' | 'paths' | 'create'
  policy: PolicyDocument
  /** The name of the new object, for `create`. */
  key?: string
  /** The objects that it permits to upload, where their rule has a hook or a quota. */
  uploads: UploadRequest[]
}

/**
 * Reads what the caller requests (`KeyFunctionRequest`).
 * @throws FunctionError for anything that exceeds their grants
 */
function requestedPolicy(
  call: Call,
  location: CheckedConfig,
  environment: Environment,
): RequestedPolicy {
  const { scope, paths, verbs, create } = withoutNulls(call.event)
  const requestedKinds = [scope, paths ?? verbs, create].filter((field) => field !== undefined)
  if (requestedKinds.length > 1) {
    throw new FunctionError(
      'KitBadRequest',
      'the event may have only one of scope, paths (with verbs) and create',
    )
  }
  if (scope !== undefined) return { what: 'scope', ...compileScope(scope, call, location) }
  if (create !== undefined) {
    const created = createName(create, call, environment)
    const { key } = created
    const { grant, upload } = sizedUpload(created.grant, key, sizeOf(create))
    const obstacle = grant.rule.overwrite ? undefined : folderKeyObstacle('write', grant.rule)
    if (obstacle) throw createRefused(obstacle, grant.rule.pattern)
    const permissions = actionsOf('write').map((action) => ({ action, path: key, grant }))
    return {
      what: 'create',
      policy: policyForPermissions(permissions, location),
      key,
      uploads: [upload],
    }
  }
  if (requestedKinds.length > 0) {
    const narrowed = narrowGrants({ paths, verbs }, call)
    return { what: 'paths', policy: compilePolicy(narrowed, location), uploads: [] }
  }
  return {
    what: 'key',
    policy: compilePolicy(grantsForFolderKey(call.grants), location),
    uploads: [],
  }
}

/** The event without fields that are null: some clients send null for what they leave out. */
function withoutNulls(event: Record<string, unknown>): Record<string, NonNullable<unknown>> {
  return Object.fromEntries(
    Object.entries(event).flatMap(([name, value]) => (value == null ? [] : [[name, value]])),
  )
}
