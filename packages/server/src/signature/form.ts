import {
  contentTypeOf,
  type IssuedForm,
  signPostPolicy,
  type TemporaryKey,
} from '@miniprogram-cos/protocol'
import type { Call } from '../createFunction'
import { quote, Reason, requestRefused } from '../errors'
import { type Grant, grantFor } from '../grants'
import { type BucketLocation, GRANT_HEADERS } from '../policy'
import { hasQuota, MAX_REQUEST_BYTES, type Rule } from '../rules'
import { CONTENT_TYPE, checkExactKey, fileProblem } from './limits'
import { nodeHash, readSeconds } from './request'

/** A form that may be signed. */
export interface AllowedForm {
  key: string
  type: string
  seconds: number
  /** Bytes of the file; where the rule has a quota. */
  size?: number
  grant: Grant
}

const FIELDS = ['Key', 'ContentType', 'expires', 'size']

/**
 * Whether the caller may upload such a file as a form, and by which grant.
 * @param requested the event's `form`, a `FormRequest`
 * @throws FunctionError `KitRequestRefused` with the reason and the rule
 */
export function readForm(
  requested: unknown,
  { grants, rules, isServerName }: Pick<Call, 'grants' | 'rules' | 'isServerName'>,
): AllowedForm {
  if (typeof requested !== 'object' || requested === null || Array.isArray(requested)) {
    throw requestRefused('form must be an object')
  }
  const unknown = Object.keys(requested).find((name) => !FIELDS.includes(name))
  if (unknown !== undefined) throw requestRefused(`form has no field ${quote(unknown, 60)}`)
  const { Key, ContentType, expires, size }: Record<string, unknown> = { ...requested }
  if (typeof Key !== 'string') throw requestRefused('form needs a Key')
  const seconds = readSeconds(expires)
  const grant = grantFor('write', Key, { grants, rules }, requestRefused)
  checkExactKey(Key, grant.rule)
  const { rule } = grant
  if (!rule.overwrite) {
    throw requestRefused(
      'the rule has overwrite: false, which a form cannot enforce: use PUT',
      rule.pattern,
    )
  }
  if (rule.names === 'server' && !isServerName(Key)) {
    throw requestRefused(new Reason('serverNames'), rule.pattern)
  }
  const isType = typeof ContentType === 'string' && CONTENT_TYPE.test(ContentType)
  if (ContentType !== undefined && !isType) {
    throw requestRefused('ContentType must be a type such as image/png')
  }
  const bytes = readSize(size, rule)
  const limits = { ...rule, maxBytes: rule.maxBytes ?? MAX_REQUEST_BYTES }
  const problem = fileProblem(limits, { size: bytes, type: isType ? ContentType : '' })
  if (problem) throw requestRefused(problem, rule.pattern)
  return {
    key: Key,
    type: isType ? ContentType : defaultType(Key),
    seconds,
    ...(bytes === undefined ? {} : { size: bytes }),
    grant,
  }
}

/** @throws FunctionError `KitRequestRefused` */
function readSize(size: unknown, rule: Rule): number | undefined {
  if (size === undefined && !hasQuota(rule)) return undefined
  if (typeof size === 'number' && Number.isInteger(size) && size >= 0) return size
  throw requestRefused('size must be the bytes of the file; a quota requires it', rule.pattern)
}

/** Types whose content a browser executes: a form accepts one of them only if the caller requests it. */
const EXECUTABLE = /html|xml|svg|javascript/

function defaultType(key: string): string {
  const type = contentTypeOf(key)
  return EXECUTABLE.test(type) ? 'application/octet-stream' : type
}

/**
 * Fields that would change how the object is stored, each with a value that has no effect. COS checks a field only if
 * the form's policy names it, and then the form must contain it. Not among them: metadata (`x-cos-meta-*`), which has
 * no fixed names; `x-cos-server-side-encryption`, which has no value without effect; and `Pic-Operations`, for which
 * the signing key permits no other object where the rule limits uploads.
 */
const UNUSED_FIELDS: Record<string, string> = {
  'Cache-Control': '',
  'Content-Disposition': '',
  'Content-Encoding': '',
  'Content-Language': '',
  Expires: '',
  'x-cos-storage-class': 'STANDARD',
  'x-cos-tagging': '',
  'x-cos-website-redirect-location': '',
  'x-cos-acl': 'default',
  success_action_redirect: '',
  ...Object.fromEntries(GRANT_HEADERS.map((header) => [header, ''])),
}

/**
 * Signs a form whose policy allows one key, one type, a size, and no other field that COS can check (document
 * 436/14690). COS refuses the form for anything else.
 * @param period Unix seconds: from when until when the form is valid
 */
export function signForm(
  { key, type, size, grant }: AllowedForm,
  { bucket, region }: BucketLocation,
  { tmpSecretId, tmpSecretKey, sessionToken }: TemporaryKey,
  { from, until }: { from: number; until: number },
): IssuedForm {
  const fields: Record<string, string> = {
    key,
    acl: 'default',
    success_action_status: '200',
    'Content-Type': type,
    ...UNUSED_FIELDS,
  }
  const keyTime = `${from};${until}`
  const policy = JSON.stringify({
    expiration: new Date(until * 1000).toISOString(),
    conditions: [
      { 'q-sign-algorithm': 'sha1' },
      { 'q-ak': tmpSecretId },
      { 'q-sign-time': keyTime },
      { bucket },
      ['content-length-range', size ?? 0, size ?? grant.rule.maxBytes ?? MAX_REQUEST_BYTES],
      ...Object.entries(fields).map((field) => Object.fromEntries([field])),
    ],
  })
  const signature = signPostPolicy(
    policy,
    Buffer.from(policy, 'utf8').toString('base64'),
    { SecretId: tmpSecretId, SecretKey: tmpSecretKey, keyTime },
    nodeHash,
  )
  return {
    url: `https://${bucket}.cos.${region}.myqcloud.com/`,
    formData: { ...fields, ...signature, 'x-cos-security-token': sessionToken },
    expiredTime: until,
  }
}
