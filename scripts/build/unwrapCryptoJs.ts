import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/** The loader for three kinds of module systems that stands around each of crypto-js's files. */
const WRAPPED =
  /^;?\(function \(root, factory[\s\S]*?factory\((.*)\);[\s\S]*?\}\(this, function \(\w*\) \{([\s\S]*)\}\)\);$/

/** The search for a source of random numbers: digests need none, and a phone has none to be found. */
const RANDOM_SOURCE = /var crypto;[\s\S]*?(?=\/\*\s+\* Local polyfill)/

/** What crypto-js calls private, all of it: nothing outside of it may have such a name. */
export const CRYPTO_JS_PRIVATE =
  /^_(append|create(Hmac)?Helper|data|do(Finalize|ProcessBlock|Reset)|hash(er)?|[io]Key|minBufferSize|nDataBytes|process)$/

/** One of crypto-js's files as an ES module. @throws Error when it is not written as expected */
function unwrap(source: string, path: string): string {
  const [, required, body] = WRAPPED.exec(source.trim()) ?? []
  if (required === undefined || body === undefined) throw new Error(`${path} is not wrapped`)
  const imports = [...required.matchAll(/"(.*?)"/g)].map(([, name], i) =>
    i === 0 ? `import CryptoJS from '${name}'` : `import '${name}'`,
  )
  const [, code = body, result = 'CryptoJS'] =
    /^([\s\S]*)return (CryptoJS\S*);\s*$/.exec(body) ?? []
  return [...imports, code.replace(RANDOM_SOURCE, ''), `export default ${result}`].join('\n')
}

/** crypto-js as modules that a bundler can join: 2 KB less than as it comes. */
export const unwrapCryptoJs: Plugin = {
  name: 'unwrap-crypto-js',
  setup(build) {
    build.onLoad({ filter: /[\\/]node_modules[\\/]crypto-js[\\/]/ }, async ({ path }) => ({
      contents: unwrap(await readFile(path, 'utf8'), path),
    }))
  },
}
