import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { OperationName } from '@miniprogram-cos/protocol'
import { type ApiModel, readApiModel } from './apiReference/apiModel'
import { clientPage } from './apiReference/clientPage'
import { EXAMPLES_BY_PAGE, readExampleTexts } from './apiReference/examples'
import { indexPage } from './apiReference/indexPage'
import { operationSection } from './apiReference/operationSection'
import { findPlaces } from './apiReference/places'
import { typeSection } from './apiReference/typeSection'
import { API_MODEL } from './build/apiModelFile'
import { at } from './build/root'
import { writeWhole } from './build/writeWhole'

/** The folder of the documents that are made here. */
export const API = at('docs/api')

const NOTE =
  '<!-- Made by `npm run api` from the declarations: change the comments of the sources. -->'

type Page = keyof typeof EXAMPLES_BY_PAGE

const TITLES: Record<Page, [title: string, about: string]> = {
  objects: [
    'Objects',
    'Content, tags, rights of objects. For a local file of any size: `uploadFile`.',
  ],
  multipart: [
    'Uploads in parts',
    'Step by step. `uploadFile` does all of this, and goes on after a break.',
  ],
  buckets: ['Buckets', 'Buckets, who may use them, and what is in them.'],
  settings: ['Settings of buckets', 'For tools: the key of an app’s user has no right to them.'],
  inventory: ['Inventory', 'Jobs that list what is in a bucket, for tools.'],
}

/** The documents by the names of their files. */
export function apiReference(model: ApiModel): Map<string, string> {
  const places = findPlaces(model)
  const examples = readExampleTexts()
  const operationPage = (page: Page) =>
    (Object.keys(EXAMPLES_BY_PAGE[page]) as OperationName[]).map((name) =>
      operationSection(name, examples.get(name) ?? '', model, places, page),
    )
  const pages: [page: string, title: string, parts: string[]][] = [
    ['client', 'The client', clientPage(model, examples, places)],
    ...Object.entries(TITLES).map(([page, [title, about]]): [string, string, string[]] => [
      page,
      title,
      [about, ...operationPage(page as Page)],
    ]),
  ]
  const others = places.unclaimed().flatMap((name) => model.types.get(name) ?? [])
  pages.push(['types', 'Types', others.map((one) => typeSection(one, model, places, 'types'))])
  pages.push(['README', 'API reference', indexPage(model, TITLES)])
  return new Map(
    pages.map(([page, title, parts]) => [
      `${page}.md`,
      `${[`# ${title}`, NOTE, ...parts].join('\n\n')}\n`,
    ]),
  )
}

async function main(): Promise<void> {
  const { buildClientTypes } = await import('./build/clientTypes')
  await buildClientTypes()
  await mkdir(API, { recursive: true })
  for (const [file, text] of apiReference(readApiModel(API_MODEL))) {
    await writeWhole(join(API, file), text)
  }
}

if (require.main === module) {
  main().catch((error: Error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
