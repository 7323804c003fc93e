import { type AnyOperation, type OperationName, operations } from '@miniprogram-cos/protocol'
import type { ApiModel, Declaration } from './apiModel'
import { tokensOf } from './apiModel'
import { code } from './markdown'
import { methodSection } from './methodSection'
import type { Places } from './places'

const ON: Record<AnyOperation['access'][number]['on'], string> = {
  service: 'the account',
  bucket: 'the bucket',
  prefix: 'the prefix that is listed',
  object: 'the object',
  listedObjects: 'each object named',
  copySource: 'the source',
}

/** A method of the operation table. */
export function operationSection(
  name: OperationName,
  example: string,
  model: ApiModel,
  places: Places,
  page: string,
): string {
  const declaration = model.operations.get(name)
  if (!declaration) throw new Error(`the declarations have no method ${name}`)
  const [params, result] = argumentsOf(declaration)
  const call = `cos.${name}(params: ${params}`
  return methodSection(
    {
      heading: name,
      signatures: [`${call}): Promise<${result}>`, `${call}, callback: Callback<${result}>): void`],
      comment: declaration.docComment,
      facts: factsOf(operations[name]),
      example,
      from: [declaration],
    },
    model,
    places,
    page,
  )
}

/** The two types between `Method<` and `>`. */
function argumentsOf(declaration: Declaration): [params: string, result: string] {
  const text = tokensOf(declaration)
    .map((token) => token.text)
    .join('')
    .replace(/\s+/g, ' ')
  const [, params = '', result = ''] = text.match(/Method<(\w+), (.*)>;$/) ?? []
  return [params, result]
}

/** The request, the rights it needs, and whether a lost answer leads to another try. */
function factsOf({ method, target, subresource, access, idempotent }: AnyOperation): string {
  const path = target === 'object' ? '/<Key>' : '/'
  const request = `${method} ${path}${subresource ? `?${subresource}` : ''}`
  const rights = access.map(({ action, on }) => `${code(`name/cos:${action}`)} on ${ON[on]}`)
  const again = idempotent
    ? 'sent again when its answer is lost'
    : 'not sent again when its answer is lost'
  return `${code(request)}, needs ${rights.join(' and ')}; ${again}.`
}
