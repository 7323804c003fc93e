import type { XmlElement } from '../xml/readXml'
import { writeXml } from '../xml/writeXml'
import {
  type BucketParams,
  type Operation,
  operation,
  type RequestParts,
  type ResultMeta,
  type ServiceFailure,
} from './operation'

/** A result without the fields that every result has. */
export type Own<Result> = Omit<Result, keyof ResultMeta>

/** `PUT ?sub` of a bucket: stores a document. */
export function putConfiguration<Params extends BucketParams>(
  subresource: string,
  action: string,
  request: (params: Params) => RequestParts,
  contentType?: 'application/json',
): Operation<Params, object> {
  return operation<Params>({
    method: 'PUT',
    target: 'bucket',
    subresource,
    access: [{ action, on: 'bucket' }],
    idempotent: true,
    contentMd5: true,
    ...(contentType ? { contentType } : {}),
    request,
  })
}

/**
 * `GET ?sub` of a bucket: gives the document back. With `absent`, a 404 of that code is no error but
 * the result that says there is none.
 */
export function getConfiguration<Result>(
  subresource: string,
  action: string,
  root: string,
  read: (body: XmlElement, headers: Record<string, string>) => Own<Result>,
  absent?: { codes: string[]; result: Own<Result> },
): Operation<BucketParams, Own<Result>> {
  return operation<BucketParams, Own<Result>>({
    method: 'GET',
    target: 'bucket',
    subresource,
    access: [{ action, on: 'bucket' }],
    idempotent: true,
    result: (reply) => read(reply.xml(root), reply.headers),
    ...(absent ? { forgive: (failure: ServiceFailure) => forgiveAbsence(failure, absent) } : {}),
  })
}

/** `DELETE ?sub` of a bucket. */
export function deleteConfiguration(
  subresource: string,
  action: string,
): Operation<BucketParams, object> {
  return operation<BucketParams>({
    method: 'DELETE',
    target: 'bucket',
    subresource,
    access: [{ action, on: 'bucket' }],
    idempotent: true,
  })
}

/** A 404 that says "there is none", with the fields of a result. */
export function forgiveAbsence(
  { statusCode, code, headers, RequestId }: ServiceFailure,
  absent: { codes: string[]; result: object },
): object | undefined {
  if (statusCode !== 404 || absent.codes.indexOf(code) < 0) return undefined
  return { ...absent.result, statusCode, headers, ...(RequestId ? { RequestId } : {}) }
}

/** A document under its root element. */
export function xmlBody(root: string, content: unknown): RequestParts {
  return { body: writeXml({ [root]: content ?? '' }) }
}

/** The document's own fields, as the official client passes them on. */
export function fieldsOf(body: XmlElement): Record<string, never> {
  return body as Record<string, never>
}
