import { FunctionFault } from '../functionFault'
import type { PolicyDocument } from './compilePolicy'

/** CAM's limit for a policy (document 598/10599); STS publishes none of its own. */
export const MAX_POLICY_CHARS = 6144

/** A policy as STS gets it. @throws FunctionFault `KitPolicyTooLong`, `KitNothingGranted` */
export function policyText(policy: PolicyDocument): string {
  if (policy.statement.length === 0) {
    throw new FunctionFault(
      'KitNothingGranted',
      'the rules grant this caller nothing a key could do',
    )
  }
  const text = JSON.stringify(policy)
  if (text.length <= MAX_POLICY_CHARS) return text
  throw new FunctionFault(
    'KitPolicyTooLong',
    `the policy would have ${text.length} characters, STS takes ${MAX_POLICY_CHARS}: ask for less at a time`,
  )
}
