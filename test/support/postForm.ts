import { createHash, createHmac } from 'node:crypto'
import { signPostPolicy } from '@miniprogram-cos/protocol'
import type { FunctionAnswer } from './functionCalls'
import { type RawResponse, send } from './rawRequest'
import { HOST, type TestCloud } from './testCloud'

/** A form as wx.uploadFile sends it: fields in the given order, the file last. */
export function postForm(
  cloud: TestCloud,
  fields: Record<string, string> | [name: string, value: string][],
  file = 'x',
): Promise<RawResponse> {
  const list = Array.isArray(fields) ? fields : Object.entries(fields)
  const parts = list.map(
    ([name, value]) => `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const last = `--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n${file}\r\n`
  return send(cloud.cos, {
    method: 'POST',
    path: '/',
    headers: { Host: HOST, 'Content-Type': 'multipart/form-data; boundary=b' },
    body: `${parts.join('')}${last}--b--\r\n`,
  })
}

/** The fields of a form that the holder of a temporary key signs with as wide a policy as COS accepts. */
export function formSignedWithKey(
  { credentials }: FunctionAnswer,
  fields: Record<string, string>,
): Record<string, string> {
  if (!credentials) throw new Error('no key was issued')
  const { tmpSecretId, tmpSecretKey, sessionToken } = credentials
  const now = Math.floor(Date.now() / 1000)
  const keyTime = `${now - 60};${now + 600}`
  const policy = JSON.stringify({
    expiration: new Date((now + 600) * 1000).toISOString(),
    conditions: [
      { 'q-sign-algorithm': 'sha1' },
      { 'q-ak': tmpSecretId },
      { 'q-sign-time': keyTime },
    ],
  })
  const signature = signPostPolicy(
    policy,
    Buffer.from(policy).toString('base64'),
    { SecretId: tmpSecretId, SecretKey: tmpSecretKey, keyTime },
    {
      sha1: (text) => createHash('sha1').update(text).digest('hex'),
      hmacSha1: (key, text) => createHmac('sha1', key).update(text).digest('hex'),
    },
  )
  return { ...fields, ...signature, 'x-cos-security-token': sessionToken }
}
