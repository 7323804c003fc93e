import { hasTools, type ToolsFolder } from '../../scripts/tools/toolsFolder'

/** The command that installs each. */
const INSTALLED_BY: Record<ToolsFolder, string> = {
  wechat: 'npm run check:wechat',
}

/**
 * Tests that need tools which `npm ci` does not install. Without them the tests are left out and say so; with
 * CI=true they fail.
 */
export function withTools(folder: ToolsFolder, name: string, tests: () => void): void {
  if (hasTools(folder)) {
    describe(name, tests)
    return
  }
  const absent = `tools/${folder} is not installed: ${INSTALLED_BY[folder]}`
  if (process.env.CI === 'true') {
    test(name, () => {
      throw new Error(absent)
    })
    return
  }
  process.stderr.write(`Left out: ${name}. ${absent}\n`)
  describe.skip(name, tests)
}
