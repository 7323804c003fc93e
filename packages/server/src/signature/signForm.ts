import { type IssuedForm, signPostPolicy, type TemporaryKey } from '@miniprogram-cos/protocol'
import type { Place } from '../policy/compilePolicy'
import { nodeHash } from './nodeHash'
import type { AllowedForm } from './readForm'

/** A form takes 5 GiB (document 436/14690). */
const MAX_FORM_BYTES = 5 * 1024 ** 3

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
  const fields = {
    key,
    // Said, so that nobody can say it otherwise.
    acl: 'default',
    success_action_status: '200',
    ...(type === undefined ? {} : { 'Content-Type': type }),
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
