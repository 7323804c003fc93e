/** An error of the STS API. HTTP stays 200; the error travels in the body. */
export class StsFault extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
