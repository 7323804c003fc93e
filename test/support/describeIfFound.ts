/**
 * `describe` if a tool that the tests need is installed. Otherwise the tests report that they did not run; with CI=true
 * they fail.
 * @param missing how it is reported that the tool is not installed
 */
export function describeIfFound(
  isFound: boolean,
  missing: string,
  name: string,
  tests: () => void,
): void {
  if (isFound) {
    describe(name, tests)
    return
  }
  const what = `${missing}, so these did not run: ${name}`
  if (process.env.CI === 'true') {
    test(name, () => {
      throw new Error(what)
    })
    return
  }
  process.stderr.write(`\n${what}\n`)
  describe.skip(`${name} (${missing})`, tests)
}
