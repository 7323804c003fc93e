/**
 * A refusal that the caller may see: it travels as the function's result, `{ error: { code, message } }`,
 * not as an exception, whose stack the platform would log and return.
 */
export class FunctionFault extends Error {
  readonly code: string
  /** Whether asking again can help. */
  readonly retryable: boolean

  constructor(code: string, message: string, retryable = false) {
    super(message)
    this.code = code
    this.retryable = retryable
  }
}

/** What a function returns instead of its result. */
export interface Refusal {
  error: { code: string; message: string; retryable: boolean; requestId?: string }
}
