import { parseAuthorization, postSignature } from '@miniprogram-cos/protocol'
import { parseJsonObject } from '../http'
import type { KeyRing } from '../sts/keys'
import {
  checkPeriod,
  findKey,
  isSame,
  nodeHash,
  type Principal,
  verifySignature,
} from './authenticate'
import { CosServiceError, invalidArgument } from './errors'
import type { CosRequest } from './request'
import type { BucketRecord } from './store/records'

type Fields = Record<string, string>

/** The input of `authenticateForm`. */
interface FormContext {
  request: CosRequest
  keys: KeyRing
  bucket?: BucketRecord | undefined
  /** Unix milliseconds. */
  now: number
}

/** The sender of a form, and the limits that its policy sets on the file. */
interface AcceptedForm {
  principal: Principal
  /** Bytes of the file. */
  length: LengthRange
}

interface LengthRange {
  min: number
  max: number
}

const ANY_LENGTH: LengthRange = { min: 0, max: Number.POSITIVE_INFINITY }

/**
 * Authenticates a form: by its policy and signature fields, or by the older field `Signature`, which
 * contains an Authorization of `POST /` (document 436/14690).
 * @throws CosServiceError
 */
export function authenticateForm(context: FormContext, fields: Fields, key: string): AcceptedForm {
  const { request, keys, now } = context
  const seconds = Math.floor(now / 1000)
  const token = fields['x-cos-security-token'] ?? request.headers['x-cos-security-token']
  const legacy = fields.signature ?? request.headers.authorization
  if (legacy !== undefined) {
    const auth = parseAuthorization(legacy)
    if (auth?.algorithm !== 'sha1') {
      throw invalidArgument('The Signature you specified is malformed.')
    }
    return {
      principal: verifySignature(auth, request, token, keys, seconds),
      length: ANY_LENGTH,
    }
  }
  if (fields.policy === undefined && fields['q-signature'] === undefined) {
    return { principal: { kind: 'anonymous' }, length: ANY_LENGTH }
  }
  return verifyPolicyForm(context, fields, key, token, seconds)
}

function verifyPolicyForm(
  { keys, bucket }: FormContext,
  fields: Fields,
  key: string,
  token: string | undefined,
  now: number,
): AcceptedForm {
  const keyTime = fields['q-key-time'] ?? ''
  const { principal, SecretKey } = findKey(fields['q-ak'] ?? '', token, keys, now)
  checkPeriod(keyTime, now)
  const policyText = Buffer.from(fields.policy ?? '', 'base64').toString('utf8')
  const expected = postSignature(policyText, SecretKey, keyTime, nodeHash)
  if (fields['q-sign-algorithm'] !== 'sha1' || !isSame(expected, fields['q-signature'] ?? '')) {
    throw new CosServiceError('SignatureDoesNotMatch', undefined, {
      StringToSign: nodeHash.sha1(policyText),
      FormatString: policyText,
    })
  }
  const checkedFields: Fields = { ...fields, key, bucket: bucket?.name ?? '' }
  return { principal, length: checkPolicy(policyText, checkedFields, now) }
}

/** Checks the fields of a form against its policy. @returns the policy's limits on the file */
function checkPolicy(text: string, fields: Fields, now: number): LengthRange {
  const policy = parseJsonObject(text)
  if (!policy) throw withoutConditions()
  const expiration = Date.parse(String(policy.expiration))
  if (Number.isNaN(expiration)) throw new CosServiceError('InvalidPolicyDocument')
  if (expiration / 1000 < now) {
    throw new CosServiceError(
      'AccessDenied',
      `You post object request has been expired, expiration time: ${Math.floor(expiration / 1000)} but the time now : ${now}`,
    )
  }
  if (!Array.isArray(policy.conditions) || policy.conditions.length === 0) throw withoutConditions()
  const length = { ...ANY_LENGTH }
  const named = new Set<string>()
  const conditions: unknown[] = policy.conditions
  for (const condition of conditions) {
    if (Array.isArray(condition) && condition[0] === 'content-length-range') {
      const [min, max] = [Number(condition[1]), Number(condition[2])]
      const isRange = Number.isInteger(min) && Number.isInteger(max) && min >= 0 && min <= max
      if (!isRange) throw new CosServiceError('InvalidPolicyDocument')
      length.min = Math.max(length.min, min)
      length.max = Math.min(length.max, max)
      continue
    }
    for (const [operator, name, value] of normalise(condition)) {
      named.add(name)
      checkCondition(operator, name, value, fields)
    }
  }
  for (const name of ['q-sign-algorithm', 'q-ak', 'q-sign-time']) {
    if (!named.has(name)) {
      throw new CosServiceError(
        'InvalidPolicyDocument',
        `The policy must contain the condition ${name}.`,
      )
    }
  }
  return length
}

/** Normalises a condition: `{k: v}` and `["eq", "$k", v]` are equivalent. */
function normalise(condition: unknown): [operator: string, name: string, value: string][] {
  if (Array.isArray(condition)) {
    const [operator, name, value] = condition.map(String)
    if (!name?.startsWith('$') || (operator !== 'eq' && operator !== 'starts-with')) {
      throw new CosServiceError('InvalidPolicyDocument')
    }
    return [[operator, name.slice(1), value ?? '']]
  }
  if (typeof condition !== 'object' || condition === null)
    throw new CosServiceError('InvalidPolicyDocument')
  return Object.entries(condition).map(([name, value]) => ['eq', name, String(value)])
}

/** Fields that only `eq` conditions can name (document 436/14690). */
const EXACT_ONLY = /^(bucket|success_action_status|x-cos-(?!meta-).*)$/i

function checkCondition(operator: string, name: string, value: string, fields: Fields): void {
  if (operator === 'starts-with' && EXACT_ONLY.test(name))
    throw new CosServiceError('InvalidPolicyDocument')
  // The policy names q-sign-time; the form sends it as q-key-time.
  const actual =
    fields[name.toLowerCase()] ?? (name === 'q-sign-time' ? fields['q-key-time'] : undefined)
  const holds =
    actual !== undefined && (operator === 'eq' ? actual === value : actual.startsWith(value))
  if (!holds) {
    throw new CosServiceError(
      'AccessDenied',
      `Condition key ${name} doesn't match the value ${value}`,
    )
  }
}

function withoutConditions(): CosServiceError {
  return new CosServiceError(
    'InvalidPolicyDocument',
    'You must provide condition if you specify a policy in post object request.',
  )
}
