import { parseBucket } from '@miniprogram-cos/protocol'
import type { Grant } from '../access/grants'
import { actionsOf } from './verbOperations'
import { type Condition, conditionOf } from './writeConditions'

export interface PolicyStatement {
  effect: 'allow'
  action: string[]
  resource: string[]
  condition?: Condition
}

/** A CAM policy document as GetFederationToken takes it: no principal (document 1312/48195). */
export interface PolicyDocument {
  version: '2.0'
  statement: PolicyStatement[]
}

export interface Place {
  bucket: string
  region: string
}

/** One action on one resource, and the rule that allows it. */
export interface Permission {
  action: string
  /** Key, list prefix, or a path that ends in `*`. */
  path: string
  grant: Grant
}

/** `qcs::cos:<region>:uid/<APPID>:<bucket>/<path>`, every segment filled (document 598/10606). */
export function resourceOf({ bucket, region }: Place, path: string): string {
  return `qcs::cos:${region}:uid/${parseBucket(bucket)?.appid}:${bucket}/${path}`
}

/**
 * The policy of a key that permits exactly the given grants: a statement per verb and path, so that no
 * action gets another's path. A folder's resource ends in `/*`, so `oA` never opens `oAB`.
 */
export function compilePolicy(grants: Grant[], place: Place): PolicyDocument {
  return {
    version: '2.0',
    statement: grants.flatMap((grant) =>
      statementsOf(
        actionsOf(grant.verb).map((action) => ({ action, path: `${grant.path}*`, grant })),
        place,
      ),
    ),
  }
}

/** Statements for permissions; those with the same resources and condition share one. */
export function statementsOf(permissions: Permission[], place: Place): PolicyStatement[] {
  const byAction = new Map<string, PolicyStatement>()
  for (const { action, path, grant } of permissions) {
    const condition = grant.verb === 'write' ? conditionOf(action, grant.rule) : undefined
    if (condition === 'never') continue
    const key = `${action} ${JSON.stringify(condition)}`
    const statement = byAction.get(key)
    if (statement) statement.resource.push(resourceOf(place, path))
    else {
      byAction.set(key, {
        effect: 'allow',
        action: [`name/cos:${action}`],
        resource: [resourceOf(place, path)],
        ...(condition ? { condition } : {}),
      })
    }
  }
  const merged = new Map<string, PolicyStatement>()
  for (const statement of byAction.values()) {
    const { action, ...rest } = statement
    const same = merged.get(JSON.stringify(rest))
    if (same) same.action.push(...action)
    else merged.set(JSON.stringify(rest), statement)
  }
  return [...merged.values()]
}
