import { hasTools } from '../../scripts/wechat/tools'

/**
 * Tests that need WeChat's own tools, which `npm run check:wechat` installs. Without them the tests are left
 * out and say so; with CI=true they fail.
 */
export function withWechatTools(name: string, tests: () => void): void {
  if (hasTools()) {
    describe(name, tests)
    return
  }
  const absent = 'WeChat’s tools are not installed: npm run check:wechat'
  if (process.env.CI === 'true') {
    test(name, () => {
      throw new Error(absent)
    })
    return
  }
  process.stderr.write(`Left out: ${name}. ${absent}\n`)
  describe.skip(name, tests)
}
