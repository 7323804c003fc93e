const { createHash } = require('node:crypto')
const esbuild = require('esbuild')

/** TypeScript for Jest, without a type check: that is `npx tsc -b`. */
module.exports = {
  getCacheKey: (source, file) =>
    createHash('sha1').update(source).update(file).update(`${esbuild.version} 3`).digest('hex'),
  process(source, file) {
    const { code, map } = esbuild.transformSync(source, {
      loader: 'ts',
      format: 'cjs',
      target: 'node20',
      sourcemap: true,
      // Jest's sandbox has no import(): it becomes require().
      supported: { 'dynamic-import': false },
      sourcefile: file,
      tsconfigRaw: { compilerOptions: { useDefineForClassFields: false, alwaysStrict: true } },
    })
    return { code, map }
  },
}
