import { parseBucket } from '@miniprogram-cos/protocol'
import type { Grant } from '../access/grants'
import {
  type AllowedKind,
  type Condition,
  conditionKind,
  conditionOf,
  contentCondition,
} from './actionConditions'
import { actionsOfGrant } from './verbOperations'

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
        actionsOfGrant(grant).map((action) => ({ action, path: `${grant.path}*`, grant })),
        place,
      ),
    ),
  }
}

/**
 * Statements for permissions: the actions of one path under one condition stand together, and paths for
 * which the same actions are permitted under it share a statement.
 */
export function statementsOf(permissions: Permission[], place: Place): PolicyStatement[] {
  const byPath = new Map<
    string,
    Permission & { condition: string; kind: AllowedKind; actions: string[] }
  >()
  for (const permission of permissions) {
    const { action, path, grant } = permission
    const kind = conditionKind(action, grant)
    if (kind === 'never') continue
    // A rule has one condition of each kind, so its pattern and the kind tell which.
    const condition = kind === 'free' ? '' : `${kind} ${grant.rule.pattern}`
    const name = `${condition}\n${path}`
    const known = byPath.get(name)
    if (!known)
      byPath.set(name, { ...permission, condition, kind, actions: [`name/cos:${action}`] })
    else if (!known.actions.includes(`name/cos:${action}`)) known.actions.push(`name/cos:${action}`)
  }
  const statements = new Map<string, PolicyStatement>()
  for (const { condition, kind, path, grant, actions } of byPath.values()) {
    const name = `${condition}\n${actions.join()}`
    const known = statements.get(name)
    if (known) known.resource.push(resourceOf(place, path))
    else {
      statements.set(name, {
        effect: 'allow',
        action: actions,
        resource: [resourceOf(place, path)],
        ...(kind === 'free' ? {} : { condition: conditionOf(kind, grant.rule) }),
      })
    }
  }
  return [...statements.values()]
}

/** The policy of a key that signs forms below a grant's path, and can do nothing else. */
export function formPolicy({ path, rule }: Grant, place: Place): PolicyDocument {
  return {
    version: '2.0',
    statement: [
      {
        effect: 'allow',
        action: ['name/cos:PostObject'],
        resource: [resourceOf(place, `${path}*`)],
        // The form's own policy holds the grant fields to be empty (signForm).
        condition: contentCondition(rule, true),
      },
    ],
  }
}
