/** A CAM policy document as STS receives it (document 598/10604). */
export interface Policy {
  version: '2.0'
  statement: Statement[]
}

export interface Statement {
  effect: 'allow' | 'deny'
  action: string[]
  resource: string[]
  /** Operator -> condition key -> allowed values. */
  condition?: Record<string, Record<string, unknown>>
}
