import { hasWechatTools } from '../../packages/cli/src/wechat/miniprogramCi'

/**
 * Tests that need WeChat's tools, which `npm ci` does not install. Without the tools they are skipped with a message;
 * with CI=true they fail.
 */
export function withWechatTools(name: string, tests: () => void): void {
  if (hasWechatTools()) {
    describe(name, tests)
    return
  }
  const missing = 'tools/wechat is not installed: npm run check:wechat'
  if (process.env.CI === 'true') {
    test(name, () => {
      throw new Error(missing)
    })
    return
  }
  process.stderr.write(`Skipped: ${name}. ${missing}\n`)
  describe.skip(name, tests)
}
