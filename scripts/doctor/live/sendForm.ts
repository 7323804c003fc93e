import { createHash, createHmac } from 'node:crypto'
import type { CloudKey } from '../../cloud/settings'
import type { LiveAnswer, LiveCloud } from './liveCloud'

const BOUNDARY = 'doctor-live-form'

/** A form upload as WeChat's uploadFile sends it (document 436/14690). */
export async function sendForm(
  live: LiveCloud,
  key: CloudKey,
  type: string,
  bytes: number,
): Promise<LiveAnswer> {
  const now = Math.floor(Date.now() / 1000)
  const keyTime = `${now - 60};${now + 600}`
  const policy = JSON.stringify({
    expiration: new Date((now + 600) * 1000).toISOString(),
    conditions: [
      { 'q-sign-algorithm': 'sha1' },
      { 'q-ak': key.SecretId },
      { 'q-sign-time': keyTime },
      { key: `${live.folder}form` },
    ],
  })
  const signKey = createHmac('sha1', key.SecretKey).update(keyTime).digest('hex')
  const digest = createHash('sha1').update(policy).digest('hex')
  const fields: Record<string, string> = {
    key: `${live.folder}form`,
    'Content-Type': type,
    policy: Buffer.from(policy).toString('base64'),
    'q-sign-algorithm': 'sha1',
    'q-ak': key.SecretId,
    'q-key-time': keyTime,
    'q-signature': createHmac('sha1', signKey).update(digest).digest('hex'),
    'x-cos-security-token': key.token ?? '',
  }
  const parts = Object.entries(fields).map(
    ([name, value]) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  )
  const file = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="form"\r\nContent-Type: ${type}\r\n\r\n${'x'.repeat(bytes)}\r\n--${BOUNDARY}--\r\n`
  return live.send({
    method: 'POST',
    path: '/',
    headers: { 'Content-Type': `multipart/form-data; boundary=${BOUNDARY}` },
    body: parts.join('') + file,
    isUnsigned: true,
  })
}
