import type { Verb } from '@miniprogram-cos/protocol'
import type { CheckedConfig } from './config'
import { FunctionError, Reason } from './errors'
import { covers, grantsOf, type Principal } from './grants'
import { keyReason } from './objectKey'
import { bytesOf, type Rule, type Size } from './rules'
import { authorizeRequest } from './signature/authorize'
import { fileProblem } from './signature/limits'
import type { DescribedRequest } from './signature/request'

/** The properties of an upload that the limits of a rule apply to. */
export interface TestedFile {
  /** Bytes, or `'3 MB'`. @default 1 */
  size?: Size
  /** Content type. @default none */
  type?: string
  /** An object of this key exists already. @default false */
  exists?: boolean
  /** The functions chose the key, by `create`. @default false */
  serverName?: boolean
  /** The size of the files that the folder contains already, for `quota`. @default 0 */
  used?: Size
  /** For `delete`: not into the trash, where the rule has one. @default false */
  permanently?: boolean
  /** How many files the folder contains already, for `maxFiles`. @default 0 */
  files?: number
}

/** Whether the rules allow something, and which rule says so. */
export interface Decision {
  allowed: boolean
  /** The pattern of the rule that allows or refuses it; undefined if none covers the key. */
  rule?: string
  /** Why it is refused. */
  reason?: string
  /** Days for which what is deleted stays in the trash. */
  trashDays?: number
}

/** A decision with its reason as a code, for other languages. */
export interface ExplainedDecision extends Decision {
  why?: Reason
}

/**
 * Decides whether the rules allow a call, with the code of cos-signature.
 * @param principal undefined for a call without an OPENID
 */
export function decide(
  config: CheckedConfig,
  principal: Principal | undefined,
  verb: Verb,
  key: string,
  file: TestedFile = {},
): ExplainedDecision {
  if (!principal) return refusedFor(new Reason('noUser'))
  const grants = grantsOf(config.rules, principal)
  const deleted = grants.find((grant) => grant.verb === 'delete' && covers(grant, key))?.rule
  const trashDays = verb === 'delete' && !file.permanently ? deleted?.trashDays : undefined
  try {
    // As the event `trash` is decided.
    if (deleted && trashDays !== undefined && !keyReason(key, 'request')) {
      return { allowed: true, rule: deleted.pattern, trashDays }
    }
    const { serverName = false } = file
    const request = requestFor(verb, key, file)
    const { grants: used } = authorizeRequest(request, { grants }, config, () => serverName)
    const rule = used[0]?.rule
    const problem = rule && verb === 'write' ? uploadProblem(rule, file) : undefined
    const named = rule ? { rule: rule.pattern } : {}
    return problem ? { ...refusedFor(problem), ...named } : { allowed: true, ...named }
  } catch (error) {
    if (!(error instanceof FunctionError)) throw error
    const { rule, reason: why, text: reason = error.message } = error.details
    return { allowed: false, reason, ...(why && { why }), ...(rule === undefined ? {} : { rule }) }
  }
}

const refusedFor = (why: Reason): ExplainedDecision => ({
  allowed: false,
  reason: String(why),
  why,
})

/** The request that a client would send for a verb. */
function requestFor(verb: Verb, key: string, { size = 1, type }: TestedFile): DescribedRequest {
  const request = { query: {}, headers: {}, seconds: 900, isUrl: false }
  switch (verb) {
    case 'read':
      return { ...request, method: 'GET', key }
    case 'delete':
      return { ...request, method: 'DELETE', key }
    case 'list':
      return { ...request, method: 'GET', key: '', query: { prefix: key } }
    case 'write':
      return {
        ...request,
        method: 'PUT',
        key,
        headers: {
          'content-length': String(bytesOf(size)),
          'x-cos-forbid-overwrite': 'true',
          ...(type === undefined ? {} : { 'content-type': type }),
        },
      }
  }
}

/** Checks by COS or the functions that a signed request does not show. */
function uploadProblem(
  rule: Rule,
  { size = 1, type = '', exists = false, used = 0, files = 0 }: TestedFile,
): Reason | undefined {
  const { overwrite, quota, maxFiles } = rule
  const problem = fileProblem(rule, { type })
  if (problem) return problem
  if (!overwrite && exists) return new Reason('exists')
  if (quota !== undefined && bytesOf(used) + bytesOf(size) > quota) {
    return new Reason('overQuota', { bytes: quota })
  }
  if (maxFiles !== undefined && files + (exists ? 0 : 1) > maxFiles) {
    return new Reason('tooManyFiles', { files: maxFiles })
  }
  return undefined
}
