/** A call of the STS, whichever way it is signed. */
export interface StsCall {
  action: string
  version: string
  SecretId: string
  token: string | undefined
  /** What the action is given; numbers as numbers. */
  params: Record<string, unknown>
  /** @throws StsFault */
  verify: (secretKey: string, now: number) => void
}
