import { writeXml } from '../xml'
import { asList } from '../xmlElement'
import {
  type AnyOperation,
  type BucketParams,
  type CallParams,
  defineOperation,
  type HttpMethod,
  type Operation,
  type RequestParts,
  type ResultMeta,
  type ServiceFailure,
} from './define'

/** A document with the fields that COS documents on the page of the operation. */
// biome-ignore lint/suspicious/noExplicitAny: COS defines these documents, and adds fields to them
export type Document = Record<string, any>

/** A document under its root element. */
export function xmlBody(root: string, content: unknown): RequestParts {
  return { body: writeXml({ [root]: content || '' }) }
}

/**
 * Converts between the documents of callers and those of COS's XML. Callers write `Rules: [...]` where the XML repeats the
 * element `Rule`.
 */
export type Mapping = readonly [
  // biome-ignore lint/suspicious/noExplicitAny: any part of a document, including lists and strings
  toXml: (document: any) => any,
  // biome-ignore lint/suspicious/noExplicitAny: the same
  fromXml: (content: any) => any,
]

export const UNCHANGED: Mapping = [(document) => document, (content) => content]

/** Maps the caller's list `Rules` to repeated elements `Rule`, each with a mapping of its own. */
export function list(
  element: string,
  field = `${element}s`,
  [toXml, fromXml] = UNCHANGED,
): Mapping {
  return [
    // The caller may also use the name of the element.
    ({ [field]: items, ...document }) => ({
      ...document,
      [element]: asList(items || document[element]).map(toXml),
    }),
    ({ [element]: items, ...rest }) => ({ ...rest, [field]: asList(items).map(fromXml) }),
  ]
}

/** Maps the caller's list to an element that contains repeated elements. */
export function wrapped(element: string): Mapping {
  return [
    (items) => ({ [element]: items[element] || items }),
    (content) => asList(content[element]),
  ]
}

/** Applies a mapping to one element of a document, if it is present. */
export function within(element: string, [toXml, fromXml]: Mapping): Mapping {
  const applyTo = (map: Mapping[0]) => (document: Document) =>
    document[element] ? { ...document, [element]: map(document[element]) } : document
  return [applyTo(toXml), applyTo(fromXml)]
}

/** Applies several mappings to the same document. */
export function all(...mappings: Mapping[]): Mapping {
  return [
    (params) => mappings.reduce((document, [toXml]) => toXml(document), params),
    (content) => mappings.reduce((document, [, fromXml]) => fromXml(document), content),
  ]
}

/** Maps a flattened document that consists of one list (and ResponseVary); the other params are not part of it. */
export function listOnly(element: string, field?: string, each?: Mapping): Mapping {
  const [toXml, fromXml] = list(element, field, each)
  return [
    (params) => {
      const { [element]: items, ResponseVary } = toXml(params)
      return { [element]: items, ResponseVary: ResponseVary || undefined }
    },
    fromXml,
  ]
}

/** Declares an operation on a sub-resource: `Put`, `Bucket`, `CORS` is PUT ?cors with the CAM action PutBucketCORS. */
export function subresourceOperation<Params extends CallParams, Result = ResultMeta>(
  verb: 'Put' | 'Get' | 'Delete' | 'Post',
  target: 'Bucket' | 'Object',
  name: string,
  details?: Partial<Operation<Params, Result>>,
): Operation<Params, Result> {
  return defineOperation(
    verb.toUpperCase() as HttpMethod,
    target.toLowerCase() as 'bucket' | 'object',
    verb + target + name,
    { subresource: name.toLowerCase(), ...details },
  )
}

/** Options of `configuration`. */
export interface ConfigurationDetails {
  /** @default 'Bucket' */
  target?: 'Bucket' | 'Object'
  /** @default the document is passed on unchanged */
  _map?: Mapping
  /** The fields of the document are top-level params and result fields, instead of fields of one object. */
  _topLevel?: boolean
  /** Returns an empty document for COS's 404 of a missing configuration. */
  _optional?: boolean
  /** The field of the result. @default `${name}Configuration` */
  field?: string
  /** The root element, which is also the name of the param. @default field */
  root?: string
  /** Details common to the three operations. */
  _common?: Partial<AnyOperation>
}

/** The operations on a configuration. */
export type ConfigurationOperations<Put extends CallParams, Get, Other extends CallParams> = [
  put: Operation<Put>,
  get: Operation<Other, Get>,
  remove: Operation<Other>,
]

/** Codes of a missing configuration: NoSuchCORSConfiguration, ReplicationConfigurationNotFoundError, NoSuchTagSet … */
const MISSING = /Configuration|TagSet/

/**
 * Declares the operations that put, read and delete a configuration document. If COS has no DELETE, callers ignore the
 * third.
 *
 * @param name the name in the CAM actions: `Lifecycle` for `PutBucketLifecycle`
 */
export function configuration<Put extends CallParams, Get, Other extends CallParams = BucketParams>(
  name: string,
  {
    target = 'Bucket',
    _map: [toXml, fromXml] = UNCHANGED,
    _topLevel: topLevel,
    _optional: optional,
    field = `${name}Configuration`,
    root = field,
    _common: common,
  }: ConfigurationDetails = {},
): ConfigurationOperations<Put, Get, Other> {
  const read = (content: Document) => (topLevel ? fromXml(content) : { [field]: fromXml(content) })
  const put: Partial<AnyOperation> = {
    ...common,
    _contentMd5: true,
    _build: (params) =>
      xmlBody(root, toXml(topLevel ? { ...params, ...params[root] } : params[root])),
  }
  const get: Partial<AnyOperation> = {
    ...common,
    _parse: ({ xml }) => read(xml(root)),
    _mapFailure: ({ code, ...meta }: ServiceFailure) =>
      optional && meta.statusCode === 404 && MISSING.test(code)
        ? { ...read({}), ...meta }
        : undefined,
  }
  return [
    subresourceOperation('Put', target, name, put),
    subresourceOperation('Get', target, name, get),
    subresourceOperation('Delete', target, name, common),
  ]
}
