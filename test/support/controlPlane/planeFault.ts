/** An error as Tencent Cloud's APIs answer it: HTTP 200, code and text in the body. */
export class PlaneFault extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}
