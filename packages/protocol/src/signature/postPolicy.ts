import { deriveSignKey, type SignatureHash } from './sign'

/** The signature fields of a POST Object form (document 436/14690). */
export interface PostSignature {
  policy: string
  'q-sign-algorithm': 'sha1'
  'q-ak': string
  'q-key-time': string
  'q-signature': string
}

/**
 * Signs a form upload: the policy's text is what is signed, so the form binds key, size and time.
 *
 * @param policyJson the policy document as JSON text
 * @param policyBase64 the same text in base64, as the form carries it
 */
export function signPostPolicy(
  policyJson: string,
  policyBase64: string,
  key: { SecretId: string; SecretKey: string; keyTime: string },
  hash: SignatureHash,
): PostSignature {
  return {
    policy: policyBase64,
    'q-sign-algorithm': 'sha1',
    'q-ak': key.SecretId,
    'q-key-time': key.keyTime,
    'q-signature': postSignature(policyJson, key.SecretKey, key.keyTime, hash),
  }
}

export function postSignature(
  policyJson: string,
  secretKey: string,
  keyTime: string,
  hash: SignatureHash,
): string {
  return hash.hmacSha1(deriveSignKey(secretKey, keyTime, hash), hash.sha1(policyJson))
}
