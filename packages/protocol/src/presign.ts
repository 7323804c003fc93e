import { encodeComponent } from './key'
import { deriveSignKey, type Fields, queryString, type SignatureHash } from './signature'

/**
 * Builds a presigned URL, whose signature is in the query instead of a header.
 *
 * @param query the signed parameters, which are part of the URL
 * @param SecurityToken the token of a temporary key
 * @param unsigned raw query text that is appended without being signed
 */
export function presignedUrl(
  url: string,
  authorization: string,
  query: Fields = {},
  SecurityToken?: string,
  unsigned?: string,
): string {
  // The list contains encoded names. As a query value it is encoded again, in lower case.
  const signature = authorization.replace(
    /(q-url-param-list=)([^&]*)/,
    (_, name: string, list: string) => name + encodeComponent(list).toLowerCase(),
  )
  const token = SecurityToken && `x-cos-security-token=${encodeComponent(SecurityToken)}`
  return `${url}?${[signature, token, queryString(query), unsigned].filter(Boolean).join('&')}`
}

/** The signature fields of a POST Object form (document 436/14690). */
export interface PostSignature {
  policy: string
  'q-sign-algorithm': 'sha1'
  'q-ak': string
  'q-key-time': string
  'q-signature': string
}

/**
 * Signs a form upload. The signature covers the policy, which fixes key, size and time.
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

/** Computes the signature of a form's policy. */
export function postSignature(
  policyJson: string,
  secretKey: string,
  keyTime: string,
  hash: SignatureHash,
): string {
  return hash.hmacSha1(deriveSignKey(secretKey, keyTime, hash), hash.sha1(policyJson))
}
