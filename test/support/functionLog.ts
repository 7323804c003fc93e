/** The lines that functions in this process log during a test, which are not printed. */
export function captureFunctionLog(): string[] {
  const lines: string[] = []
  beforeEach(() => {
    lines.length = 0
    jest.spyOn(console, 'log').mockImplementation((line: string) => {
      lines.push(line)
    })
  })
  afterEach(() => jest.restoreAllMocks())
  return lines
}
