/** An error response of STS, which has HTTP status 200. */
export class StsError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.code = code
  }
}

/** A call of STS, independent of how it is signed. */
export interface StsCall {
  action: string
  version: string
  SecretId: string
  token: string | undefined
  /** The action's parameters; numbers are numbers. */
  params: Record<string, unknown>
  /** @throws StsError */
  verify: (secretKey: string, now: number) => void
}
