import {
  contentTypeOf,
  type IssuedForm,
  signPostPolicy,
  type TemporaryKey,
} from '@miniprogram-cos/protocol'
import { GRANT_HEADERS } from '../policy/actionConditions'
import type { Place } from '../policy/compilePolicy'
import { nodeHash } from './nodeHash'
import type { AllowedForm } from './readForm'

/** A form takes 5 GiB (document 436/14690). */
const MAX_FORM_BYTES = 5 * 1024 ** 3

/** Types whose content a browser executes: a form is for one of them only if the caller asks for it. */
const EXECUTABLE = /html|xml|svg|javascript/

/**
 * Fields that would change how the object is stored, each held to have no effect. COS checks a field only if the
 * policy names it, and then the form must have it. Metadata (`x-cos-meta-*`) has no fixed names to list.
 */
const UNUSED_FIELDS: Record<string, string> = {
  'Cache-Control': '',
  'Content-Disposition': '',
  'Content-Encoding': '',
  Expires: '',
  'x-cos-storage-class': 'STANDARD',
  'x-cos-tagging': '',
  ...Object.fromEntries(GRANT_HEADERS.map((header) => [header, ''])),
}

/**
 * A form whose policy holds it to one key, one type and a size (document 436/14690): COS refuses it for anything
 * else, whoever sends it.
 * @param from Unix seconds: since when it is good
 */
export function signForm(
  { key, type, grant }: AllowedForm,
  { bucket, region }: Place,
  { tmpSecretId, tmpSecretKey, sessionToken }: TemporaryKey,
  [from, until]: [from: number, until: number],
): IssuedForm {
  const fields: Record<string, string> = {
    key,
    // Said, so that nobody can say it otherwise.
    acl: 'default',
    success_action_status: '200',
    'Content-Type': type ?? typeByName(key),
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
      ['content-length-range', 0, grant.rule.maxBytes ?? MAX_FORM_BYTES],
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

function typeByName(key: string): string {
  const type = contentTypeOf(key)
  return EXECUTABLE.test(type) ? 'application/octet-stream' : type
}
