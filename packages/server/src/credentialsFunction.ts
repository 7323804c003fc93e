import type { KeyFunctionResponse, Refusal } from '@miniprogram-cos/protocol'
import { type CheckedConfig, type CosConfig, checkConfig } from './config'
import { FunctionError } from './errors'
import { type Call, handleInvocation, type Invocation } from './invocation'
import { KeySource } from './keySource'
import { actionsOf, compilePolicy, type PolicyDocument, statementsOf } from './policy/compile'
import { grantsForKeys, keyObstacle } from './policy/conditions'
import { compileScope, narrowGrants, sizedUpload, sizeOf } from './policy/scope'
import { createName, createRefused, isServerName, nameSecret } from './serverNames'
import type { Environment } from './sts'
import {
  type FunctionServices,
  type ServiceResponse,
  UploadServices,
  type WantedUpload,
} from './uploads/uploadServices'

/** For how many seconds a cached key must still be valid. */
const MIN_REMAINING = 300

/**
 * The function cos-credentials: verifies the caller and issues a key that permits what the rules grant them. Create it
 * once per warm instance, which keeps keys and limits.
 *
 * @param environment the function's environment variables, `process.env`
 * @param services needed where rules have hooks, quotas or a trash
 * @throws Error for an invalid configuration
 * @example
 * const answer = credentialsFunction(config, process.env, { database: () => cloud.database() })
 * exports.main = (event, context) => answer({ event, context, wxContext: cloud.getWXContext() })
 */
export function credentialsFunction(
  config: CosConfig,
  environment: Environment,
  services: FunctionServices = {},
): (invocation: Invocation) => Promise<KeyFunctionResponse | ServiceResponse | Refusal> {
  const checked = checkConfig(config)
  const keys = new KeySource(checked, environment)
  const uploads = new UploadServices(checked, environment, services)
  return (invocation) =>
    handleInvocation('cos-credentials', invocation, checked, async (call) => {
      const answer = uploads.answer(call)
      if (answer) return answer
      const requested = requestedPolicy(call, checked, environment)
      const { what, policy, isScoped, key: name } = requested
      call.log.what = what
      await uploads.permit(call, requested.uploads, checked.keySeconds)
      const { key, isCached } = await keys.keyFor(call.openid, policy, MIN_REMAINING)
      call.log.cached = isCached
      call.log.stsRequestId = key.requestId
      const { tmpSecretId, tmpSecretKey, sessionToken, startTime, expiredTime, requestId } = key
      return {
        credentials: { tmpSecretId, tmpSecretKey, sessionToken },
        startTime,
        expiredTime,
        requestId,
        bucket: checked.bucket,
        region: checked.region,
        prefix: call.prefix,
        ...uploads.servedPaths(call),
        ...(isScoped ? { scopeLimit: true } : {}),
        ...(name === undefined ? {} : { key: name }),
      }
    })
}

/** The policy of the requested key. */
interface RequestedPolicy {
  what: 'key' | 'scope' | 'paths' | 'create'
  policy: PolicyDocument
  /** Less than all the caller may do. */
  isScoped: boolean
  /** For `create`. */
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
  config: CheckedConfig,
  environment: Environment,
): RequestedPolicy {
  const { event, grants, openid } = call
  const { rules } = config
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
  if (scope !== undefined) {
    const isOwnName = (key: string) => isServerName(key, openid, nameSecret(environment))
    const context = { grants, rules, location: config, isServerName: isOwnName }
    return { what: 'scope', ...compileScope(scope, context), isScoped: true }
  }
  if (create !== undefined) {
    const created = createName(create, { ...call, rules }, () => nameSecret(environment))
    const { key } = created
    const { grant, upload } = sizedUpload(created.grant, key, sizeOf(create))
    const obstacle = grant.rule.overwrite ? undefined : keyObstacle('write', grant.rule)
    if (obstacle) throw createRefused(obstacle, grant.rule.pattern)
    const permissions = actionsOf('write').map((action) => ({ action, path: key, grant }))
    const statement = statementsOf(permissions, config)
    const policy: PolicyDocument = { version: '2.0', statement }
    return { what: 'create', policy, isScoped: true, key, uploads: [upload] }
  }
  if (kinds.length > 0) {
    const narrowed = narrowGrants({ paths, verbs }, { grants, rules, openid })
    const policy = compilePolicy(narrowed, config)
    return { what: 'paths', policy, isScoped: true, uploads: [] }
  }
  const policy = compilePolicy(grantsForKeys(grants), config)
  return { what: 'key', policy, isScoped: false, uploads: [] }
}
