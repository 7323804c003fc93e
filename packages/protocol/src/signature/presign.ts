import { encodeComponent } from '../key/encode'
import type { Fields } from './canonical'
import { queryString } from './queryString'

/**
 * A presigned URL: the signature travels in the query instead of a header.
 *
 * @param query the signed parameters; they are part of the URL too
 * @param SecurityToken of a temporary key
 * @param unsigned raw query text that is appended as it is, outside the signature
 */
export function presignedUrl(
  url: string,
  authorization: string,
  query: Fields = {},
  SecurityToken?: string,
  unsigned?: string,
): string {
  // The list holds encoded names; as a query value it is encoded once more, in lower case like the names.
  const signature = authorization.replace(
    /(q-url-param-list=)([^&]*)/,
    (_, name: string, list: string) => name + encodeComponent(list).toLowerCase(),
  )
  const token = SecurityToken && `x-cos-security-token=${encodeComponent(SecurityToken)}`
  return `${url}?${[signature, token, queryString(query), unsigned].filter(Boolean).join('&')}`
}
