import { build } from 'esbuild'
import { at } from './root'

/** Loads a source file with the ES modules that it imports, which the sandbox of Jest cannot load. */
export async function loadBundled<T>(file: string): Promise<T> {
  const { outputFiles } = await build({
    entryPoints: [at(file)],
    bundle: true,
    platform: 'node',
    format: 'cjs',
    write: false,
    external: ['@cloudbase/*', 'cos-*', 'tencentcloud-*', 'https-proxy-agent', 'esbuild'],
  })
  const module = { exports: {} as T }
  new Function('require', 'module', 'exports', outputFiles[0]?.text ?? '')(
    require,
    module,
    module.exports,
  )
  return module.exports
}
