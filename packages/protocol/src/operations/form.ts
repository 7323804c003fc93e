import { asList } from '../xml/readXml'
import type { Document } from './bucketConfigurations'

/**
 * A document as the caller has it, and as XML has it: how each becomes the other. The content of an open one
 * stands among the params and the results themselves, not in a field named like it.
 */
export type Form = readonly [
  toXml: (given: Document) => Document,
  fromXml: (content: Document) => Document,
  isOpen?: boolean,
]

export const AS_IS: Form = [(given) => given, (content) => content]

/** The caller's list `Rules` is repeated elements `Rule`; those may have a form of their own. */
export function list(element: string, field = `${element}s`, [toXml, fromXml] = AS_IS): Form {
  return [
    // What is given by the element's own name keeps its place.
    ({ [field]: many, ...document }) => ({
      ...document,
      [element]: asList<Document>(many || document[element]).map(toXml),
    }),
    ({ [element]: items, ...rest }) => ({
      ...rest,
      [field]: asList<Document>(items).map(fromXml),
    }),
  ]
}

/** The caller's list is an element that holds repeated elements. */
export function wrapped(element: string): Form {
  return [
    (given) => ({ [element]: given[element] || given }),
    (content) => asList(content[element]),
  ]
}

/** One element within a document has the form, if it is there. */
export function within(element: string, [toXml, fromXml]: Form): Form {
  const changed = (change: Form[0]) => (document: Document) =>
    document[element] ? { ...document, [element]: change(document[element]) } : document
  return [changed(toXml), changed(fromXml)]
}

/** Several forms that concern the same document. */
export function all(...forms: Form[]): Form {
  return [
    (given) => forms.reduce((document, [toXml]) => toXml(document), given),
    (content) => forms.reduce((document, [, fromXml]) => fromXml(document), content),
  ]
}

/** A document that is nothing but a list: the params around it are none of its content. */
export function listOnly(element: string, field?: string, each?: Form): Form {
  const [toXml, fromXml] = list(element, field, each)
  return [
    (params) => {
      const { [element]: items, ResponseVary } = toXml(params)
      return { [element]: items, ResponseVary: ResponseVary || undefined }
    },
    fromXml,
    true,
  ]
}
