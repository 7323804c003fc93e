import { parseCopySource } from '@miniprogram-cos/protocol'
import type { Rule } from '../access/accessRule'
import { covers, type Grant, whyNot } from '../access/grants'
import { requestedKeyProblem } from '../access/keyGuard'
import { requestRefused } from './readRequest'

/**
 * The read grant that a copy's source lies in. The header must be written in one way only: whoever reads
 * it after us must read the same object.
 * @throws FunctionFault `KitRequestRefused`
 */
export function copySourceGrant(
  source: string,
  hosts: readonly string[],
  { grants, rules }: { grants: Grant[]; rules: Rule[] },
): Grant {
  const [host = ''] = source.split('/')
  if (!hosts.includes(host)) throw requestRefused('the copy source is not of this bucket')
  const path = source.slice(host.length + 1)
  if (!/^[\w.~!'()*%/-]+(?:\?versionId=[\w.~-]+)?$/.test(path)) {
    throw requestRefused('the key of the copy source must be percent-encoded')
  }
  const { Key } = parseCopySource(source)
  const problem = requestedKeyProblem(Key, 'request')
  if (problem) throw requestRefused(`the copy source ${JSON.stringify(Key)}: ${problem}`)
  const grant = grants.find((one) => one.verb === 'read' && covers(one, Key))
  if (grant) return grant
  const { message, rule } = whyNot(rules, 'read', Key)
  throw requestRefused(`the copy source: ${message}`, rule)
}
