import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { rollup } from 'rollup'
import { dts } from 'rollup-plugin-dts'
import ts from 'typescript'
import { writeWhole } from '../../packages/cli/src/deploy/bundle'
import { at } from './root'

const PROTOCOL = '@miniprogram-cos/protocol'
/** The entries, and what they call the class that they export as COS. */
const ENTRIES = { index: 'COS', upload: 'UploadCOS', form: 'FormCOS' }
/** The client's exports besides types. */
const VALUES = ['COS', 'CosError', 'isCosError']
/** The mapped type of the client's methods, which is published as an interface of written-out methods. */
const METHODS = 'OperationMethods'

/** Builds the client's declarations: one file an entry, which needs nothing else installed. */
export async function buildClientTypes(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'client-types-'))
  try {
    await emitDeclarations(folder)
    // Plain named exports: the bundle serves both module formats.
    const prepare = await bundleDeclarations(folder, 'prepare')
    for (const extension of ['ts', 'mts']) {
      await writeWhole(at(`packages/client/dist/prepare.d.${extension}`), prepare)
    }
    for (const [entry, className] of Object.entries(ENTRIES)) {
      const bundled = await bundleDeclarations(folder, entry)
      // All have the same name to those who import them; the full client is declared with the upload-only one.
      const isDerived = entry === 'index'
      const named = isDerived
        ? bundled
        : bundled.replace(new RegExp(`\\b${className}\\b`, 'g'), 'COS')
      const { commonjs, esm } = exportForms(named, entry)
      await writeWhole(at(`packages/client/dist/${entry}.d.ts`), commonjs)
      await writeWhole(at(`packages/client/dist/${entry}.d.mts`), esm)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Declarations of the client and of the private protocol package, a file for each source. */
async function emitDeclarations(folder: string): Promise<void> {
  const client = at('packages/client')
  const { config } = ts.readConfigFile(`${client}/tsconfig.json`, ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, client)
  const entries = [...Object.keys(ENTRIES), 'prepare'].map((name) => `${client}/src/${name}.ts`)
  const program = ts.createProgram(entries, {
    ...options,
    composite: false,
    declaration: true,
    incremental: false,
    tsBuildInfoFile: undefined,
    stripInternal: true,
    rootDir: at('packages'),
    outDir: folder,
    // Sources, not the declarations that the type check emits.
    paths: { [PROTOCOL]: [at('packages/protocol/src/index.ts')] },
  })
  const { diagnostics } = program.emit()
  if (diagnostics.length > 0) {
    throw new Error(ts.formatDiagnostics(diagnostics, ts.createCompilerHost(options)))
  }
  const { file, text } = writtenOutMethods(program)
  const emitted = join(folder, file.slice(at('packages').length).replace(/\.ts$/, '.d.ts'))
  const declarations = await readFile(emitted, 'utf8')
  const { statements } = ts.createSourceFile(emitted, declarations, ts.ScriptTarget.ES2022)
  const mapped = statements.find(
    (one) => ts.isTypeAliasDeclaration(one) && one.name.text === METHODS,
  )
  if (!mapped) throw new Error(`${file} declares no type ${METHODS}`)
  const paths = text.replaceAll(`import("${at('packages')}`, `import("${folder}`)
  await writeFile(
    emitted,
    declarations.slice(0, mapped.pos) + paths + declarations.slice(mapped.end),
  )
}

/** The client's methods as an interface: a reader sees each with its documentation, params and result. */
function writtenOutMethods(program: ts.Program): { file: string; text: string } {
  const checker = program.getTypeChecker()
  for (const source of program.getSourceFiles()) {
    const alias = source.statements.find(
      (one) => ts.isTypeAliasDeclaration(one) && one.name.text === METHODS,
    ) as ts.TypeAliasDeclaration | undefined
    if (!alias) continue
    const methods = checker
      .getPropertiesOfType(checker.getTypeAtLocation(alias.name))
      .map((method) => {
        const [params, result] = checker
          .getTypeArguments(checker.getTypeOfSymbol(method) as ts.TypeReference)
          .map((type) => typeText(checker, type, source))
        return `${documentationOf(checker, method)}\n    ${method.name}: Method<${params}, ${result}>;`
      })
    return {
      file: source.fileName,
      text: `\nexport interface ${METHODS} {\n    ${methods.join('\n    ')}\n}`,
    }
  }
  throw new Error(`no source of the client declares ${METHODS}`)
}

/** A type as text, its names as `import("file").Name`. Of `Result & ResultMeta` only what says more stays. */
function typeText(checker: ts.TypeChecker, type: ts.Type, from: ts.SourceFile): string {
  const members = type.isIntersection() ? type.types : [type]
  const specific = members.filter(
    (one) => !members.some((other) => other !== one && checker.isTypeAssignableTo(other, one)),
  )
  const printer = ts.createPrinter({ removeComments: true })
  return (specific.length > 0 ? specific : members.slice(0, 1))
    .map((one) => {
      const node = checker.typeToTypeNode(one, from, ts.NodeBuilderFlags.NoTruncation)
      if (!node) throw new Error('a type of the client cannot be written out')
      return printer.printNode(ts.EmitHint.Unspecified, node, from)
    })
    .join(' & ')
}

/** The comment above an operation, where the table names it or where it is declared. */
function documentationOf(checker: ts.TypeChecker, method: ts.Symbol): string {
  for (const declaration of method.declarations ?? []) {
    const declared = ts.isShorthandPropertyAssignment(declaration)
      ? checker.getShorthandAssignmentValueSymbol(declaration)?.declarations
      : undefined
    for (const one of [declaration, ...(declared ?? [])]) {
      const comment = ts.getJSDocCommentsAndTags(one).find(ts.isJSDoc)
      if (comment) return comment.getText().replace(/\n\s*\*/g, '\n     *')
    }
  }
  throw new Error(`${method.name} has no documentation`)
}

async function bundleDeclarations(folder: string, entry: string): Promise<string> {
  const input = join(folder, `client/src/${entry}.d.ts`)
  // Only the types of the private package that the client's signatures mention are included.
  const text = await readFile(input, 'utf8')
  await writeFile(input, text.replace(`export type * from '${PROTOCOL}';\n`, ''))
  const bundle = await rollup({
    input,
    plugins: [
      {
        name: 'protocol',
        resolveId: (id) => (id === PROTOCOL ? join(folder, 'protocol/src/index.d.ts') : null),
      },
      dts(),
    ],
    onLog: (level, { message }) => {
      if (level === 'warn') throw new Error(message)
    },
  })
  const { output } = await bundle.generate({ format: 'es' })
  await bundle.close()
  return output[0].code
}

/**
 * `require` gives the constructor, so the declarations say `export =`; a namespace beside it makes every
 * type that a signature mentions importable by name. The ES module's declarations repeat nothing.
 */
function exportForms(bundled: string, entry: string): { commonjs: string; esm: string } {
  const declared = [...bundled.matchAll(/^(?:declare )?(?:interface|type) (\w+)/gm)]
  const types = [...new Set(declared.map(([, name = '']) => name))]
    .filter((name) => !VALUES.includes(name))
    .sort()
  const declarations = bundled
    .replace(/^export (?:type )?\{.*\};$/gm, '')
    // Only targets since ES2015 can declare such a field, and callers do not need it.
    .replace(/^ {4}#private;\n/gm, '')
    .trim()
  const list = (names: string[], indent: string) =>
    names.map((name) => `${indent}${name},\n`).join('')
  return {
    commonjs: `${declarations}

declare namespace COS {
  export {
${list([...VALUES, ...types, 'COS as default'], '    ')}  }
}

export = COS
`,
    esm: `export {\n${list([...VALUES, ...types.map((name) => `type ${name}`), 'COS as default'], '  ')}} from './${entry}.js'\n`,
  }
}
