/**
 * Adds what TypeDoc lacks: the examples that test/docs runs appear with the methods they call, in their groups,
 * and "(document 436/7749)" in a comment links to that page of Tencent's documentation.
 */
import { readFileSync } from 'node:fs'
import { Application, Comment, CommentTag, Converter, ReflectionKind } from 'typedoc'

/** Files of examples, each with an exported table for each group. */
const EXAMPLES = ['objects', 'buckets'].map(
  (name) => new URL(`../../test/docs/examples/${name}.ts`, import.meta.url),
)
/** The title of each group of examples, in the order of the reference. */
const CATEGORIES = {
  en: {
    client: 'Client',
    objects: 'Objects',
    multipart: 'Multipart uploads',
    buckets: 'Buckets',
    settings: 'Bucket settings',
    inventory: 'Inventory',
  },
  zh: {
    client: '客户端',
    objects: '对象',
    multipart: '分块上传',
    buckets: '存储桶',
    settings: '存储桶设置',
    inventory: '清单',
  },
}
const GROUP = /^export const (\w+) = \{\n([\s\S]*?)^\}/gm
const EXAMPLE = /^ {2}async (\w+)\(.*\) \{\n([\s\S]*?)^ {2}\},$/gm
const PAGES = 'https://cloud.tencent.com/document/product'

/** Category and code by the name of the method. */
function readExamples(categories) {
  const examples = new Map()
  for (const file of EXAMPLES) {
    for (const [, group, table] of readFileSync(file, 'utf8').matchAll(GROUP)) {
      for (const [, name, body] of table.matchAll(EXAMPLE)) {
        const code = body.replace(/^ {4}/gm, '').trimEnd()
        examples.set(name, { category: categories[group], code })
      }
    }
  }
  return examples
}

export function load(app) {
  app.on(Application.EVENT_BOOTSTRAP_END, () => {
    const titles = Object.values(CATEGORIES[app.options.getValue('lang')])
    app.options.setValue('categoryOrder', [...titles, '*'])
  })

  app.converter.on(
    Converter.EVENT_RESOLVE_BEGIN,
    ({ project }) => {
      const categories = CATEGORIES[app.options.getValue('lang')]
      const examples = readExamples(categories)
      // The CommonJS form of the client has a namespace of its types, which are all exported by themselves too.
      for (const namespace of project.getChildrenByKind(ReflectionKind.Namespace)) {
        project.removeReflection(namespace)
      }
      for (const reflection of Object.values(project.reflections)) {
        linkDocuments(reflection.comment)
      }
      const client = project.getChildByName('COS')
      project.removeReflection(project.getChildByName('OperationMethods'))
      for (const member of client.children) {
        if (member.kind === ReflectionKind.Constructor) continue
        const { category = categories.client, code } = examples.get(member.name) ?? {}
        const documented = member.signatures?.[0] ?? member
        documented.comment ??= new Comment()
        documented.comment.blockTags.push(tag('@category', category))
        if (code) documented.comment.blockTags.push(tag('@example', `\`\`\`ts\n${code}\n\`\`\``))
      }
    },
    1000,
  )

  // Each page lists its parents once; a column of them in every table says nothing more.
  app.converter.on(
    Converter.EVENT_RESOLVE_END,
    ({ project }) => {
      const client = project.getChildByName('COS')
      client.extendedTypes = undefined
      client.typeHierarchy = undefined
      for (const reflection of Object.values(project.reflections)) {
        reflection.inheritedFrom = undefined
        reflection.overwrites = undefined
      }
    },
    -10_000,
  )
}

function tag(name, text) {
  return new CommentTag(name, [{ kind: 'text', text }])
}

function linkDocuments(comment) {
  for (const part of comment?.summary ?? []) {
    part.text = part.text.replace(/\(document (\d+\/\d+)\)/g, `([$1](${PAGES}/$1))`)
  }
}
