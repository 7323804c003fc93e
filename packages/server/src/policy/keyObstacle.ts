import type { Rule } from '../access/accessRule'
import type { Grant } from '../access/grants'

/** Why no key may write below a rule's path, where the rule asks for more than a policy can say. */
export function keyObstacle({ overwrite, names }: Rule): string | undefined {
  if (!overwrite) {
    return 'it forbids overwriting, which no key can be bound to: upload with signatures of cos-signature'
  }
  if (names === 'server') return 'the function chooses the names of new objects: ask with "create"'
  return undefined
}

/** Of a caller's grants, those that a key can carry. */
export function grantsForKeys(grants: Grant[]): Grant[] {
  return grants.filter(({ verb, rule }) => verb !== 'write' || !keyObstacle(rule))
}
