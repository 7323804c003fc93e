import type { BuildOptions } from 'esbuild'
import { bundle } from './bundle'
import { at } from './root'

const OUT = (...path: string[]) => at('packages/client', ...path)

const phone: BuildOptions = {
  entryPoints: [OUT('src/index.ts')],
  platform: 'neutral',
  mainFields: ['main'],
  target: 'es2018',
  // Chinese advice as it is, not as \\u escapes.
  charset: 'utf8',
}

/** `require` gives the constructor itself, as with cos-wx-sdk-v5, which is also its own name and default. */
const commonjs: BuildOptions = {
  ...phone,
  format: 'cjs',
  footer: {
    js: 'module.exports=Object.assign(module.exports.COS,module.exports,{default:module.exports.COS});',
  },
}

/** The client, once for each way of taking it in. All are ES2018 without dependencies. */
export async function buildClient(): Promise<void> {
  await Promise.all([
    // WeChat's npm builder copies this folder as it is.
    bundle({ ...commonjs, minify: true, outfile: OUT('miniprogram_dist/index.js') }),
    // Copied by hand into an app that uses no npm.
    bundle({
      ...commonjs,
      minify: true,
      sourcemap: 'linked',
      outfile: OUT('dist/miniprogram-cos.js'),
    }),
    // Taro, uni-app, webpack and vite minify for themselves.
    bundle({ ...commonjs, outfile: OUT('dist/index.js') }),
    bundle({
      ...phone,
      entryPoints: undefined,
      stdin: {
        contents: `export * from './index'; export { COS as default } from './index'`,
        resolveDir: OUT('src'),
      },
      format: 'esm',
      outfile: OUT('dist/index.mjs'),
    }),
  ])
}
