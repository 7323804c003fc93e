import type { XmlElement } from '../xml/readXml'
import { writeXml } from '../xml/writeXml'
import {
  type BucketParams,
  bucketOperation,
  type Operation,
  type RequestParts,
  type ResultMeta,
  type ServiceFailure,
} from './operation'

/** A result without the fields that every result has. */
export type Own<Result> = {
  [Field in keyof Result as Exclude<Field, keyof ResultMeta>]: Result[Field]
}

/** The rows of one bucket configuration: a document that is put, read and removed as a whole. */
export interface Configuration {
  /** `PUT ?sub`: stores the document whose content is made of the params. */
  put<Params extends BucketParams>(content: (params: Params) => unknown): Operation<Params, object>
  /**
   * `GET ?sub`: gives the document back. A 404 of one of the codes of absence is no error but what an
   * empty document reads as.
   */
  get<Result>(
    read: (body: XmlElement) => Own<Result>,
    absence?: string[],
  ): Operation<BucketParams, Own<Result>>
  /** `DELETE ?sub` */
  remove(): Operation<BucketParams, object>
  /** What COS mostly answers when there is no such configuration. */
  absence: string[]
}

/**
 * Configurations are all alike, and named alike: `Lifecycle` is the sub-resource `lifecycle` with the
 * document `LifecycleConfiguration`, for which the actions `PutBucketLifecycle` and so on are needed.
 */
export function configuration(
  name: string,
  root = `${name}Configuration`,
  subresource = name.toLowerCase(),
): Configuration {
  return {
    put: (content) =>
      bucketOperation('PUT', `PutBucket${name}`, {
        subresource,
        contentMd5: true,
        request: (params) => xmlBody(root, content(params)),
      }),
    get: (read, absence) =>
      bucketOperation('GET', `GetBucket${name}`, {
        subresource,
        result: (reply) => read(reply.xml(root)),
        ...(absence && { forgive: (failure) => forgiveAbsence(failure, absence, read({})) }),
      }),
    remove: () => bucketOperation('DELETE', `DeleteBucket${name}`, { subresource }),
    absence: [`NoSuch${name}Configuration`],
  }
}

/** A 404 that says "there is none", with the fields of a result. */
export function forgiveAbsence(
  { statusCode, code, headers, RequestId }: ServiceFailure,
  absence: string[],
  result: object,
): object | undefined {
  if (statusCode !== 404 || absence.indexOf(code) < 0) return undefined
  return { ...result, statusCode, headers, ...(RequestId ? { RequestId } : {}) }
}

/** A document under its root element. */
export function xmlBody(root: string, content: unknown): RequestParts {
  return { body: writeXml({ [root]: content ?? '' }) }
}

/** The document's own fields, as the official client passes them on. */
export function fieldsOf(body: XmlElement): Record<string, never> {
  return body as Record<string, never>
}
