import type { OperationName } from '@miniprogram-cos/protocol'
import { table } from '../markdown/table'
import type { ApiModel } from './apiModel'
import { CLIENT_ORDER, headingOf, memberName } from './clientPage'
import { readDocComment } from './docComment'
import { EXAMPLES_BY_PAGE } from './examples'
import { anchorOf, code, codeBlock, linkDocuments } from './markdown'

const WORLD = `const cos = COS.cloud()
const { Bucket, Region, prefix } = await cos.caller()
const Key = \`\${prefix}photo.jpg\`
const CopySource = \`\${Bucket}.cos.\${Region}.myqcloud.com/\${encodeURIComponent(Key)}\``

/** All methods with what each does. */
export function indexPage(
  model: ApiModel,
  titles: Record<string, [title: string, about: string]>,
): string[] {
  const row = (heading: string, page: string, comment: string) => [
    `[${code(heading)}](${page}.md#${anchorOf(heading)})`,
    linkDocuments(readDocComment(comment).summary.replace(/ COS: .*$/, '')),
  ]
  const own = CLIENT_ORDER.map((name) => {
    const member = model.members.find((one) => memberName(one) === name)
    return row(member ? headingOf(member) : name, 'client', member?.docComment ?? '')
  })
  const pages = Object.entries(EXAMPLES_BY_PAGE).flatMap(([page, examples]) => [
    `## ${titles[page]?.[0]}`,
    table(
      ['method', ''],
      (Object.keys(examples) as OperationName[]).map((name) =>
        row(name, page, model.operations.get(name)?.docComment ?? ''),
      ),
    ),
  ])
  return [
    [
      'Methods, params and results have the names of cos-wx-sdk-v5. In the examples `cos` is a client with a Bucket and',
      'a Region, `Key` an object that there is, `FilePath` a local file, `CopySource` another object:',
    ].join('\n'),
    codeBlock(WORLD),
    [
      'Whatever a method says of its own errors, it can also fail with `AccessDenied`, `NoSuchBucket`, and without an',
      'answer of COS: kinds `network`, `credentials`, `argument`, `abort`, `integrity`. Params are checked before',
      'anything is sent (`KitMissingParam`, `KitInvalidKey` …).',
    ].join('\n'),
    '## The client',
    table(['member', ''], own),
    ...pages,
    '[All other types](types.md). [Errors](../ERRORS.md).',
  ]
}
