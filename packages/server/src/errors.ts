import type { Refusal, RefusalCode, UsageResponse } from '@miniprogram-cos/protocol'
import { Reason } from './reasons'

/** The optional fields of a refusal. */
export interface FunctionErrorDetails {
  /** Whether calling again can succeed. @default false */
  retryable?: boolean
  /** Seconds to wait before that. */
  retryAfter?: number
  /** Pattern of the access rule that refused the call. */
  rule?: string
  /** Why the rules refuse it, where `REASONS` has it. */
  reason?: Reason
  /** Usage and limits of the folder. */
  usage?: UsageResponse
  /** STS's id of the call that failed. For the log only. */
  stsRequestId?: string
}

/**
 * An error that the caller may see. It is returned as the function's result, `{ error: { code, message } }`, and not
 * thrown: the platform would log and return the stack of an exception.
 */
export class FunctionError extends Error {
  readonly code: RefusalCode
  readonly details: FunctionErrorDetails

  constructor(code: RefusalCode, message: string, details: FunctionErrorDetails = {}) {
    super(message)
    this.code = code
    this.details = details
  }

  /** The error as the function returns it. */
  toRefusal(): Refusal {
    const { retryable = false, retryAfter, rule, usage } = this.details
    return {
      error: {
        code: this.code,
        message: this.message,
        retryable,
        ...(retryAfter === undefined ? {} : { retryAfter }),
        ...(rule === undefined ? {} : { rule }),
        ...(usage === undefined ? {} : { usage }),
      },
    }
  }
}

/** An error that whoever deployed the function has to fix. */
export function misconfigured(message: string): FunctionError {
  return new FunctionError('KitMisconfigured', message)
}

/** Makes the error of a refusal. `subject` is what the reason is about. */
export type Refuse = (
  reason: string | Reason,
  rule?: string | undefined,
  subject?: string,
) => FunctionError

/** Refusals with one code, whose messages begin alike. */
export function refusal(code: RefusalCode, start = ''): Refuse {
  return (reason, rule, subject) =>
    new FunctionError(code, `${start}${subject === undefined ? '' : `${subject}: `}${reason}`, {
      ...(rule === undefined ? {} : { rule }),
      ...(reason instanceof Reason ? { reason } : {}),
    })
}

/** A request or form that cos-signature does not sign. */
export const requestRefused = refusal('KitRequestRefused', 'the request is refused: ')

/** A value of the caller in an error message: quoted, and cut where it is long. */
export function quote(value: string, length = 100): string {
  return JSON.stringify(value.length > length ? `${value.slice(0, length)}…` : value)
}
