import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { API_MODEL } from './apiModelFile'
import { emitDeclarations } from './declarations/emitDeclarations'
import { exportForms } from './declarations/exportForms'
import { rollUp } from './declarations/rollUp'
import { spellMethods } from './declarations/spellMethods'
import { at } from './root'
import { writeWhole } from './writeWhole'

/** What the client exports besides types. */
const VALUES = ['COS', 'CosError', 'isCosError']

/** The client's declarations in one file, which needs nothing else installed. */
export async function buildClientTypes(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'client-types-'))
  try {
    await emitDeclarations(folder)
    const emitted = (path: string) => join(folder, path)
    const table = await readFile(emitted('protocol/src/operations/index.d.ts'), 'utf8')
    await edit(
      emitted('client/src/cos.d.ts'),
      /^export type OperationMethods = \{[\s\S]*?^\};$/m,
      spellMethods(table),
    )
    for (const name of ['index', 'upload']) {
      // The protocol is private: what the client's signatures mention of it comes along, the rest stays.
      const entry = emitted(`client/src/${name}.d.ts`)
      await edit(entry, /^export type \* from '@miniprogram-cos\/protocol';$/m, '')
      const model = name === 'index' ? API_MODEL : undefined
      const output = rollUp(folder, entry, emitted('protocol/src/index.d.ts'), model)
      const rolledUp = await readFile(output, 'utf8')
      // The smaller client has the same name to those who import it.
      const named = name === 'upload' ? rolledUp.replace(/\bUploadCOS\b/g, 'COS') : rolledUp
      const { commonjs, esm } = exportForms(named, VALUES, name)
      await writeWhole(at(`packages/client/dist/${name}.d.ts`), commonjs)
      await writeWhole(at(`packages/client/dist/${name}.d.mts`), esm)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function edit(file: string, part: RegExp, replacement: string): Promise<void> {
  const text = await readFile(file, 'utf8')
  if (!part.test(text)) throw new Error(`${file} has no ${part}`)
  await writeFile(
    file,
    text.replace(part, () => replacement),
  )
}
