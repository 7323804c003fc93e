import { loadModule } from '@miniprogram-cos/simulator'
import { scriptsBelow } from './buildNpm'
import { describeFinding, type Finding } from './finding'
import { nameIn } from './project'

/** What the logic thread has besides JavaScript. It does nothing here: what loading starts would outlive it. */
const SURROUNDINGS = Object.fromEntries(
  [
    ...['App', 'Page', 'Component', 'Behavior', 'getApp', 'getCurrentPages'],
    ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'],
  ].map((name) => [name, () => undefined]),
)

const ES_MODULE = /^(?:Unexpected token 'export'|Cannot use import statement)/

/**
 * Loads each script of the built packages as WeChat would: inside its module wrapper, without names of Node or
 * of a browser, and without code from text.
 * @param built the folder miniprogram_npm
 * @param folder what findings are relative to
 */
export function loadPackages(built: string, folder: string): Finding[] {
  // What fails in one file fails in all that require it.
  const findings = new Map<string, Finding>()
  for (const path of scriptsBelow(built)) {
    try {
      loadModule(path, { wx: {}, globals: SURROUNDINGS, packages: built })
    } catch (error) {
      // Made in another realm: no instance of this one's Error.
      const { message = String(error), stack = '' } = error as Error
      // An ES module: the compile turns it into CommonJS, and its syntax is checked elsewhere.
      if (ES_MODULE.test(message)) continue
      const [, rest = '', line] = /^(.+?):(\d+)/m.exec(stack.slice(stack.indexOf(folder))) ?? []
      const finding = {
        file: nameIn({ folder }, line ? rest : path),
        line: line ? Number(line) : undefined,
        message: `does not load: ${message}`,
      }
      findings.set(describeFinding(finding), finding)
    }
  }
  return [...findings.values()]
}
