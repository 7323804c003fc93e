import { existsSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { type BuildFailure, build, type Plugin } from 'esbuild'
import { SHADOWED } from '../loadModule'
import { type AppFiles, readAppFiles } from './appFiles'
import { compileStyle } from './compileStyle'
import { compileTemplates } from './compileTemplates'
import { problemAt, SourceError } from './sourceError'

/**
 * Names that do not exist in a mini program, though the browser has them: the preview must not run what
 * a phone would not.
 */
const ABSENT = [
  ...SHADOWED,
  'sessionStorage',
  'indexedDB',
  'fetch',
  'FileReader',
  'Blob',
  'URL',
  'URLSearchParams',
  'AbortController',
  'TextEncoder',
  'TextDecoder',
  'atob',
  'btoa',
  'crypto',
  'structuredClone',
  'process',
  'Buffer',
]

/**
 * The mini program in `root` as one script for the preview: templates, styles, configuration, modules.
 * It tells all that to `__preview`, which the phone page provides.
 * @throws SourceError
 */
export async function compileApp(root: string): Promise<string> {
  const files = readAppFiles(root)
  const paths = files.parts.map(({ path }) => path)
  const templates = compileTemplates(root, paths)
  const styles = compileStyles(root, files.parts)
  const entry = [
    `__preview.define(${JSON.stringify({ config: files.config, theme: files.theme, styles })});`,
    `__preview.templates = ${templates};`,
    `__preview.launch(() => require('./app'));`,
    ...files.parts.map(
      ({ path, kind, config }, i) =>
        `__preview.part(${JSON.stringify({ path, kind, config, scope: scopeName(i) })}, () => require('./${path}'));`,
    ),
    '__preview.start();',
  ].join('\n')
  return bundleModules(root, entry)
}

/** Style sheets in the order in which they hold. */
function compileStyles(root: string, parts: AppFiles['parts']): string[] {
  const styles: string[] = []
  if (existsSync(join(root, 'app.wxss'))) styles.push(compileStyle(root, 'app.wxss'))
  for (const [i, { path, kind }] of parts.entries()) {
    const file = `${path}.wxss`
    if (!existsSync(join(root, file))) continue
    // In the app each page is a document of its own.
    const scope =
      kind === 'page' ? { within: `wx-page[route="${path}"]` } : { prefix: scopeName(i) }
    styles.push(compileStyle(root, file, scope))
  }
  return styles
}

const scopeName = (index: number) => `s${index}`

async function bundleModules(root: string, contents: string): Promise<string> {
  try {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: root, sourcefile: 'preview-entry.js' },
      absWorkingDir: root,
      bundle: true,
      write: false,
      format: 'iife',
      target: 'es2020',
      charset: 'utf8',
      sourcemap: 'inline',
      logLevel: 'silent',
      // No setting of the surroundings: WeChat's compiler knows none of them.
      tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
      define: Object.fromEntries(ABSENT.map((name) => [name, 'undefined'])),
      plugins: [miniprogramNpm(root)],
    })
    return outputFiles[0]?.text ?? ''
  } catch (error) {
    const { errors } = error as BuildFailure
    if (!Array.isArray(errors)) throw error
    throw new SourceError(
      errors.map(({ text, location }) =>
        problemAt(root, location?.file ?? 'app.ts', {
          line: location?.line ?? 0,
          column: (location?.column ?? 0) + 1,
          message: text,
        }),
      ),
    )
  }
}

/** A bare name is a package in the nearest `miniprogram_npm`, and nowhere else. */
function miniprogramNpm(root: string): Plugin {
  return {
    name: 'miniprogram-npm',
    setup(building) {
      building.onResolve({ filter: /^[^./]/ }, ({ path, importer, resolveDir, kind }) => {
        if (kind === 'entry-point') return undefined
        let folder = resolveDir
        while (folder === root || !relative(root, folder).startsWith('..')) {
          const base = join(folder, 'miniprogram_npm', path)
          const found = [`${base}.js`, join(base, 'index.js')].find((file) => existsSync(file))
          if (found) return { path: found }
          folder = dirname(folder)
        }
        const name = relative(root, importer)
        return {
          errors: [{ text: `no package "${path}" in miniprogram_npm (imported by ${name})` }],
        }
      })
    },
  }
}
