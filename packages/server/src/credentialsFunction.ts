import type { KeyFunctionResponse } from '@miniprogram-cos/protocol'
import type { CheckedConfig } from './config'
import { type Call, createFunction } from './createFunction'
import { FunctionError } from './errors'
import {
  actionsOf,
  compilePolicy,
  grantsForKeys,
  keyObstacle,
  type PolicyDocument,
  policyOf,
} from './policy'
import { compileScope, narrowGrants, sizedUpload, sizeOf } from './scope'
import { createName, createRefused } from './serverNames'
import type { Environment } from './sts'
import type { WantedUpload } from './uploads/hooks'

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
  async (call, { config, environment, keys, uploads }) => {
    const requested = requestedPolicy(call, config, environment)
    call.log.what = requested.what
    await uploads.permit(call, requested.uploads, config.keySeconds)
    const { key, isCached } = await keys.keyFor(call.openid, requested.policy, MIN_REMAINING)
    call.log.cached = isCached
    call.log.stsRequestId = key.requestId
    const { tmpSecretId, tmpSecretKey, sessionToken, startTime, expiredTime, requestId } = key
    return {
      credentials: { tmpSecretId, tmpSecretKey, sessionToken },
      startTime,
      expiredTime,
      requestId,
      bucket: config.bucket,
      region: config.region,
      prefix: call.prefix,
      ...uploads.servedPaths(call),
      // The key permits less than all the caller may do.
      ...(requested.what === 'key' ? {} : { scopeLimit: true }),
      ...(requested.key === undefined ? {} : { key: requested.key }),
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
  uploads: WantedUpload[]
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
  const { event, grants } = call
  const [scope, paths, verbs, create] = [event.scope, event.paths, event.verbs, event.create].map(
    (field) => field ?? undefined,
  )
  const kinds = [scope, paths ?? verbs, create].filter((one) => one !== undefined)
  if (kinds.length > 1) {
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
    const obstacle = grant.rule.overwrite ? undefined : keyObstacle('write', grant.rule)
    if (obstacle) throw createRefused(obstacle, grant.rule.pattern)
    const permissions = actionsOf('write').map((action) => ({ action, path: key, grant }))
    return { what: 'create', policy: policyOf(permissions, location), key, uploads: [upload] }
  }
  if (kinds.length > 0) {
    const narrowed = narrowGrants({ paths, verbs }, call)
    return { what: 'paths', policy: compilePolicy(narrowed, location), uploads: [] }
  }
  return { what: 'key', policy: compilePolicy(grantsForKeys(grants), location), uploads: [] }
}
