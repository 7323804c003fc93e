/** What one call leaves in the log. No key, no token, no OPENID, and no object key, which has one in it. */
export interface CallLine {
  fn: string
  /** The caller as a hash: the name their keys carry in Tencent's audit log. */
  who?: string
  /** What was asked for: `key`, `scope`, `paths`, `create`, or an operation. */
  what?: string
  /** `ok`, or the code of the refusal. */
  outcome: string
  /** Pattern of the access rule that said no. */
  rule?: string
  /** Whether the key was there already. */
  cached?: boolean
  /** Name of an error nobody foresaw. */
  error?: string
  ms: number
  /** The platform's id of the call. */
  requestId: string
  /** STS's id of the call that made the key. */
  stsRequestId?: string
}

/** One line of JSON per call, the way the platform's log search reads it. */
export function writeCallLine(line: CallLine): void {
  console.log(JSON.stringify(line))
}
