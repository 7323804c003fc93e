import type { Refusal, RefusalCode } from '@miniprogram-cos/protocol'

/** What a refusal may say besides its code and text. */
export interface FaultDetails {
  /** Whether asking again can help. @default false */
  retryable?: boolean
  /** Seconds to wait before that. */
  retryAfter?: number
  /** Pattern of the rule that said no. */
  rule?: string
  /** STS's id of the call that failed. */
  stsRequestId?: string
}

/**
 * A refusal that the caller may see: it travels as the function's result, `{ error: { code, message } }`,
 * not as an exception, whose stack the platform would log and return.
 */
export class FunctionFault extends Error {
  readonly code: RefusalCode
  readonly details: FaultDetails

  constructor(code: RefusalCode, message: string, details: FaultDetails = {}) {
    super(message)
    this.code = code
    this.details = details
  }
}

/** A refusal as it leaves the function. */
export function refusalOf({ code, message, details }: FunctionFault): Refusal {
  const { retryable = false, retryAfter, rule } = details
  return {
    error: {
      code,
      message,
      retryable,
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(rule === undefined ? {} : { rule }),
    },
  }
}
