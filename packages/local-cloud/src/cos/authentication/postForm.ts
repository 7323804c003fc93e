import { parseAuthorization, postSignature } from '@miniprogram-cos/protocol'
import type { KeyRing } from '../../keys/keyRing'
import { Fault } from '../answer/fault'
import type { CosRequest } from '../request/request'
import type { BucketRecord } from '../store/records'
import { checkPeriod, isSame, nodeHash, verifySigned } from './authenticate'
import { findKey, type Principal } from './principal'

type Fields = Record<string, string>

/** By whom and when a form is received, and where. */
interface FormContext {
  request: CosRequest
  keys: KeyRing
  bucket?: BucketRecord | undefined
  /** Unix milliseconds. */
  now: number
}

/** A form that may be received, and what its policy still has to say about the file's length. */
export interface AcceptedForm {
  principal: Principal
  /** Bytes that the file may have. */
  length: LengthRange
}

interface LengthRange {
  min: number
  max: number
}

const ANY_LENGTH: LengthRange = { min: 0, max: Number.POSITIVE_INFINITY }

/**
 * Establishes who sent a form: by its policy and signature fields, or by the older single field
 * `Signature`, which holds a whole Authorization over `POST /` (document 436/14690).
 * @throws Fault
 */
export function authenticateForm(context: FormContext, fields: Fields, key: string): AcceptedForm {
  const { request, keys, now } = context
  const seconds = Math.floor(now / 1000)
  const token = fields['x-cos-security-token'] ?? request.headers['x-cos-security-token']
  const legacy = fields.signature ?? request.headers.authorization
  if (legacy !== undefined) {
    const auth = parseAuthorization(legacy)
    if (auth?.algorithm !== 'sha1') {
      throw new Fault('InvalidArgument', 'The Signature you specified is malformed.')
    }
    return {
      principal: verifySigned(auth, request, token, keys, seconds),
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
    throw new Fault('SignatureDoesNotMatch', undefined, {
      StringToSign: nodeHash.sha1(policyText),
      FormatString: policyText,
    })
  }
  const given: Fields = { ...fields, key, bucket: bucket?.name ?? '' }
  return { principal, length: checkPolicy(policyText, given, now) }
}

interface PolicyDocument {
  expiration?: unknown
  conditions?: unknown
}

/** Checks a form against its policy, and returns what it says of the file's length. */
function checkPolicy(text: string, fields: Fields, now: number): LengthRange {
  let policy: PolicyDocument
  try {
    policy = JSON.parse(text) as PolicyDocument
  } catch {
    throw withoutConditions()
  }
  if (typeof policy !== 'object' || policy === null) throw withoutConditions()
  const expiration = Date.parse(String(policy.expiration))
  if (Number.isNaN(expiration)) throw new Fault('InvalidPolicyDocument')
  if (expiration / 1000 < now) {
    throw new Fault(
      'AccessDenied',
      `You post object request has been expired, expiration time: ${Math.floor(expiration / 1000)} but the time now : ${now}`,
    )
  }
  if (!Array.isArray(policy.conditions) || policy.conditions.length === 0) throw withoutConditions()
  const length = { ...ANY_LENGTH }
  const named = new Set<string>()
  for (const condition of policy.conditions as unknown[]) {
    if (Array.isArray(condition) && condition[0] === 'content-length-range') {
      const [min, max] = (condition as unknown[]).slice(1).map(Number) as [number, number]
      const isRange = Number.isInteger(min) && Number.isInteger(max) && min >= 0 && min <= max
      if (!isRange) throw new Fault('InvalidPolicyDocument')
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
      throw new Fault('InvalidPolicyDocument', `The policy must contain the condition ${name}.`)
    }
  }
  return length
}

/** `{k: v}` and `["eq", "$k", v]` say the same. */
function normalise(condition: unknown): [operator: string, name: string, value: string][] {
  if (Array.isArray(condition)) {
    const [operator, name, value] = condition.map(String)
    if (!name?.startsWith('$') || (operator !== 'eq' && operator !== 'starts-with')) {
      throw new Fault('InvalidPolicyDocument')
    }
    return [[operator, name.slice(1), value ?? '']]
  }
  if (typeof condition !== 'object' || condition === null) throw new Fault('InvalidPolicyDocument')
  return Object.entries(condition).map(([name, value]) => ['eq', name, String(value)])
}

/** These may only be given exactly (document 436/14690). */
const EXACT_ONLY = /^(bucket|success_action_status|x-cos-(?!meta-).*)$/i

function checkCondition(operator: string, name: string, value: string, fields: Fields): void {
  if (operator === 'starts-with' && EXACT_ONLY.test(name)) throw new Fault('InvalidPolicyDocument')
  // The period is signed as q-sign-time and sent as q-key-time.
  const actual =
    fields[name.toLowerCase()] ?? (name === 'q-sign-time' ? fields['q-key-time'] : undefined)
  // What a policy names must be in the form.
  const holds =
    actual !== undefined && (operator === 'eq' ? actual === value : actual.startsWith(value))
  if (!holds) {
    throw new Fault('AccessDenied', `Condition key ${name} doesn't match the value ${value}`)
  }
}

function withoutConditions(): Fault {
  return new Fault(
    'InvalidPolicyDocument',
    'You must provide condition if you specify a policy in post object request.',
  )
}
