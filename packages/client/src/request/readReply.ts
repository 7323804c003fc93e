import {
  asElement,
  asList,
  type CosResponse,
  cosError,
  readXml,
  type XmlElement,
} from '@miniprogram-cos/protocol'
import { pick } from '../pick'
import type { WxReply } from '../wx/wxTransfer'
import { hasErrorBody, isForeign, isPage, notCosError, requestIdOf, serviceError } from './failures'
import type { Prepared } from './prepare'

/** The result of a good answer. @throws CosError for any other */
export function readReply(prepared: Prepared, reply: WxReply): object {
  const { row, params, location } = prepared
  const { statusCode, headers, data } = reply
  const is2xx = statusCode >= 200 && statusCode < 300
  if (!is2xx || (!row.isContent && hasErrorBody(data))) throw serviceError(reply, prepared)
  if (isForeign(reply)) throw notCosError(reply, prepared)
  // Its shape is COS's to define; the operation names it.
  const xml = <Content>(root: string) => documentOf(data, root) as Content
  const read: CosResponse = { statusCode, headers, body: data, location, xml }
  const result = row.parseResponse?.(read, params)
  if (!row.isContent && isPage(data)) throw notCosError(reply, prepared)
  return {
    ...result,
    statusCode,
    headers,
    ...pick({
      RequestId: requestIdOf(headers),
      VersionId: headers['x-cos-version-id'],
      DeleteMarker: headers['x-cos-delete-marker'],
    }),
  }
}

/** The content of a document's root element; of the whole document when no root is named. */
function documentOf(data: unknown, root: string): XmlElement {
  const [, first = ''] = /^\s*(?:<\?[^>]*>)?\s*<(\w+)/.exec(data as string) || []
  if (root && first !== root) {
    // A portal or a proxy answered: an empty list would be a lie, and the next try would meet it again.
    throw cosError('integrity', 'KitInvalidXml', `the answer is no ${root}`)
  }
  const document = first ? readXml(data as string) : {}
  if (!root) return document
  return asElement(asList<XmlElement | string>(document[root])[0])
}
