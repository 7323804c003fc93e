import { loadXml } from '../loadXml'
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

/** A document whose fields are passed on as COS names them; see the operation's page for them. */
// biome-ignore lint/suspicious/noExplicitAny: COS defines these documents, and adds fields to them
export type Document = Record<string, any>

/** A document under its root element. */
export function xmlBody(root: string, content: unknown): RequestParts {
  return { body: loadXml().writeXml({ [root]: content || '' }) }
}

/**
 * How a document as callers write it becomes one as COS's XML has it, and the reverse. Callers write
 * `Rules: [...]` where the XML repeats the element `Rule`.
 */
export type Mapping = readonly [
  // biome-ignore lint/suspicious/noExplicitAny: lists and texts too, where a document has them
  toXml: (given: any) => any,
  // biome-ignore lint/suspicious/noExplicitAny: the same
  fromXml: (content: any) => any,
]

export const UNCHANGED: Mapping = [(given) => given, (content) => content]

/** The caller's list `Rules` is repeated elements `Rule`, each with a mapping of its own. */
export function list(
  element: string,
  field = `${element}s`,
  [toXml, fromXml] = UNCHANGED,
): Mapping {
  return [
    // A list given by the element's own name is accepted too.
    ({ [field]: many, ...document }) => ({
      ...document,
      [element]: asList(many || document[element]).map(toXml),
    }),
    ({ [element]: items, ...rest }) => ({ ...rest, [field]: asList(items).map(fromXml) }),
  ]
}

/** The caller's list is an element that contains repeated elements. */
export function wrapped(element: string): Mapping {
  return [
    (given) => ({ [element]: given[element] || given }),
    (content) => asList(content[element]),
  ]
}

/** One element of a document has the mapping, if it is present. */
export function within(element: string, [toXml, fromXml]: Mapping): Mapping {
  const changed = (change: Mapping[0]) => (document: Document) =>
    document[element] ? { ...document, [element]: change(document[element]) } : document
  return [changed(toXml), changed(fromXml)]
}

/** Several mappings of the same document. */
export function all(...mappings: Mapping[]): Mapping {
  return [
    (given) => mappings.reduce((document, [toXml]) => toXml(document), given),
    (content) => mappings.reduce((document, [, fromXml]) => fromXml(document), content),
  ]
}

/** A flattened document that is only a list (and ResponseVary): the other params are not part of it. */
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

/** An operation on a sub-resource: `Put`, `Bucket`, `CORS` is PUT ?cors, permitted by PutBucketCORS. */
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

/** The details in which configurations differ. */
export interface ConfigurationDetails {
  /** @default 'Bucket' */
  target?: 'Bucket' | 'Object'
  /** @default the document is passed on unchanged */
  mapping?: Mapping
  /** The fields of the document are params and results of their own, instead of fields of one object. */
  flattened?: boolean
  /** Where there is none, COS answers 404 with a code that names it: the result is an empty document. */
  emptyIfMissing?: boolean
  /** The field of the result. @default `${name}Configuration` */
  resultField?: string
  /** The root element, and the param. @default resultField */
  rootElement?: string
  /** Common to its operations. */
  common?: Partial<AnyOperation>
}

/** The operations on a configuration. */
export type ConfigurationOperations<Put extends CallParams, Get, Other extends CallParams> = [
  put: Operation<Put>,
  get: Operation<Other, Get>,
  remove: Operation<Other>,
]

/** NoSuchCORSConfiguration, ReplicationConfigurationNotFoundError, NoSuchTagSet … */
const MISSING = /Configuration|TagSet/

/**
 * Declares the operations on a document that is put, read and deleted as a whole. Where COS has no DELETE,
 * leave out the third.
 *
 * @param name as in the CAM actions: `Lifecycle` for `PutBucketLifecycle`
 */
export function configuration<Put extends CallParams, Get, Other extends CallParams = BucketParams>(
  name: string,
  {
    target = 'Bucket',
    mapping: [toXml, fromXml] = UNCHANGED,
    flattened,
    emptyIfMissing,
    resultField = `${name}Configuration`,
    rootElement = resultField,
    common,
  }: ConfigurationDetails = {},
): ConfigurationOperations<Put, Get, Other> {
  const read = (content: Document) =>
    flattened ? fromXml(content) : { [resultField]: fromXml(content) }
  const put: Partial<AnyOperation> = {
    ...common,
    contentMd5: true,
    buildRequest: (params) =>
      xmlBody(
        rootElement,
        toXml(flattened ? { ...params, ...params[rootElement] } : params[rootElement]),
      ),
  }
  const get: Partial<AnyOperation> = {
    ...common,
    parseResponse: ({ xml }) => read(xml(rootElement)),
    mapFailure: ({ code, ...meta }: ServiceFailure) =>
      emptyIfMissing && meta.statusCode === 404 && MISSING.test(code)
        ? { ...read({}), ...meta }
        : undefined,
  }
  return [
    subresourceOperation('Put', target, name, put),
    subresourceOperation('Get', target, name, get),
    subresourceOperation('Delete', target, name, common),
  ]
}
