import type { ApiModel, Declaration } from './apiModel'
import { readDocComment } from './docComment'
import { codeBlock, declarationBlock, linkDocuments } from './markdown'
import { methodSection, signatureOf } from './methodSection'
import type { Places } from './places'
import { fieldTable } from './typeSection'

/** Members of the client in the order in which a reader wants them. */
export const CLIENT_ORDER = [
  'new COS',
  'cloud',
  'caller',
  'uploadFile',
  'uploadFiles',
  'sliceUploadFile',
  'getTaskList',
  'isUploadRunning',
  'pauseTask',
  'restartTask',
  'cancelTask',
  'abortUploadTask',
  'getObjectUrl',
  'downloadFile',
  'sliceCopyFile',
  'request',
  'on',
  'off',
  'emit',
  'getAuth',
  'getAuthorization',
  'options',
  'util',
  'version',
]

/** The page of the class: what is not a row of the operation table. */
export function clientPage(
  model: ApiModel,
  examples: Map<string, string>,
  places: Places,
): string[] {
  const forgotten = model.members.map(memberName).filter((name) => !CLIENT_ORDER.includes(name))
  if (forgotten.length > 0) throw new Error(`no place in the reference for ${forgotten}`)
  const { summary, examples: first } = readDocComment(model.comment)
  return [
    linkDocuments(summary),
    ...first.map(codeBlock),
    'A method with two forms returns a promise, or takes a callback `(error, result)` and returns nothing.',
    ...CLIENT_ORDER.map((name) => memberSection(name, examples.get(name), model, places)),
    errorSection(model, places),
  ]
}

/** As it stands in the order. */
export function memberName({ kind, name }: Declaration): string {
  return kind === 'Constructor' ? 'new COS' : name
}

export function headingOf(member: Declaration): string {
  return `${member.isStatic ? 'COS.' : ''}${memberName(member)}`
}

function memberSection(
  name: string,
  example: string | undefined,
  model: ApiModel,
  places: Places,
): string {
  const overloads = model.members.filter((member) => memberName(member) === name)
  const [first] = overloads
  if (!first) throw new Error(`the declarations have no ${name}`)
  const owner = first.isStatic ? 'COS.' : 'cos.'
  const isConstructor = first.kind === 'Constructor'
  return methodSection(
    {
      heading: headingOf(first),
      signatures: overloads.map((one) =>
        isConstructor
          ? signatureOf(one).replace('constructor', 'new COS')
          : signatureOf(one, owner),
      ),
      comment: first.docComment,
      ...(example === undefined ? {} : { example }),
      from: overloads,
    },
    model,
    places,
    'client',
  )
}

function errorSection(model: ApiModel, places: Places): string {
  const { error, isCosError } = model
  const { summary, examples } = readDocComment(error.docComment)
  return [
    '## CosError',
    `${linkDocuments(summary)} All codes, and what to do about each: [Errors](../ERRORS.md).`,
    fieldTable(error, model, places, 'client'),
    declarationBlock(signatureOf(isCosError)),
    linkDocuments(readDocComment(isCosError.docComment).summary),
    ...examples.map(codeBlock),
  ].join('\n\n')
}
