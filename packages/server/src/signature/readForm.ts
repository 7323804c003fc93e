import { covers, type Grant, whyNot } from '../access/grants'
import { requestedKeyProblem } from '../access/keyGuard'
import type { Call } from '../calls/answerCall'
import type { CheckedConfig } from '../config/checkConfig'
import { isOfType } from './checkLimits'
import { MAX_SIGNATURE_SECONDS, requestRefused } from './readRequest'

/** A form that may be signed. */
export interface AllowedForm {
  key: string
  type?: string
  seconds: number
  grant: Grant
}

const KNOWN = ['Key', 'ContentType', 'expires']

/**
 * Whether the caller may upload such a file as a form, and by which grant.
 * @throws FunctionFault `KitRequestRefused` saying why, and naming the rule
 */
export function readForm(
  asked: unknown,
  { grants }: Pick<Call, 'grants'>,
  { rules }: Pick<CheckedConfig, 'rules'>,
  isServerName: (key: string) => boolean,
): AllowedForm {
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) {
    throw requestRefused('form must be an object')
  }
  const odd = Object.keys(asked).find((name) => !KNOWN.includes(name))
  if (odd !== undefined) {
    throw requestRefused(`form has no field ${JSON.stringify(odd.slice(0, 60))}`)
  }
  const { Key, ContentType, expires = MAX_SIGNATURE_SECONDS } = asked as Record<string, unknown>
  if (typeof Key !== 'string') throw requestRefused('form needs a Key')
  const isPeriod =
    Number.isInteger(expires) && Number(expires) >= 1 && Number(expires) <= MAX_SIGNATURE_SECONDS
  if (!isPeriod) {
    throw requestRefused(`expires must be a whole number from 1 to ${MAX_SIGNATURE_SECONDS}`)
  }
  const problem = requestedKeyProblem(Key, 'request')
  if (problem) throw requestRefused(`${JSON.stringify(Key.slice(0, 100))}: ${problem}`)
  const grant = grants.find((one) => one.verb === 'write' && covers(one, Key))
  if (!grant) {
    const { message, rule } = whyNot(rules, 'write', Key)
    throw requestRefused(message, rule)
  }
  const { pattern, overwrite, names, types } = grant.rule
  if (!overwrite) {
    throw requestRefused('the rule forbids overwriting, which no form can carry: use PUT', pattern)
  }
  if (names === 'server' && !isServerName(Key)) {
    throw requestRefused(
      'the function chooses the names of new objects: ask with "create"',
      pattern,
    )
  }
  if (ContentType !== undefined && !isType(ContentType)) {
    throw requestRefused('ContentType is no type such as image/png')
  }
  if (types && (ContentType === undefined || !isOfType(ContentType, types))) {
    throw requestRefused(`the rule takes the types ${types.join(', ')}`, pattern)
  }
  return {
    key: Key,
    ...(ContentType === undefined ? {} : { type: ContentType }),
    seconds: Number(expires),
    grant,
  }
}

const isType = (type: unknown): type is string =>
  typeof type === 'string' && /^[\w.+-]{1,60}\/[\w.+-]{1,60}(; ?charset=[\w-]{1,20})?$/.test(type)
