import { parseBucket } from '@miniprogram-cos/protocol'
import type { Grant } from '../access/grants'
import { actionsOf } from './verbActions'

export interface PolicyStatement {
  effect: 'allow'
  action: string[]
  resource: string[]
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
    statement: grants.map(({ verb, path }) => ({
      effect: 'allow',
      action: actionsOf(verb).map((action) => `name/cos:${action}`),
      resource: [resourceOf(place, `${path}*`)],
    })),
  }
}
