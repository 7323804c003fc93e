const DECLARATION = /^(?:export )?declare (interface|type|class|function|const) (\w+)/gm

/** How CommonJS and ES modules each see the same declarations. */
export interface ExportForms {
  commonjs: string
  esm: string
}

/**
 * `require` gives the constructor, so the declarations say `export =`; a namespace beside it makes every
 * type that a signature mentions importable by name. The ES module's declarations repeat nothing.
 */
export function exportForms(rolledUp: string, values: string[], entry: string): ExportForms {
  const types = new Set<string>()
  for (const [, kind, name = ''] of rolledUp.matchAll(DECLARATION)) {
    if ((kind === 'interface' || kind === 'type') && !values.includes(name)) types.add(name)
  }
  const names = (form: (type: string) => string) =>
    [...values, ...[...types].sort().map(form)].map((name) => `  ${name},\n`).join('')
  const declarations = rolledUp
    .replace(/^export (?=declare )/gm, '')
    .replace(/^export \{ COS \}$/m, '')
    .replace(/^export \{ \}$/m, '')
    // Only targets since ES2015 may declare such a field, and it tells a caller nothing.
    .replace(/^ {4}#private;\n/gm, '')
    .trim()
  return {
    commonjs: `${declarations}

declare namespace COS {
  export {
${names((type) => type)
  .replace(/^/gm, '  ')
  .trimEnd()}
    COS as default,
  }
}

export = COS
`,
    esm: `export {\n${names((type) => `type ${type}`)}  COS as default,\n} from './${entry}.js'\n`,
  }
}
