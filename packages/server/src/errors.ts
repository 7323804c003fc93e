import type { Refusal, RefusalCode, UsageResponse } from '@miniprogram-cos/protocol'

/** The optional fields of a refusal. */
export interface FunctionErrorDetails {
  /** Whether calling again can succeed. @default false */
  retryable?: boolean
  /** Seconds to wait before that. */
  retryAfter?: number
  /** Pattern of the access rule that refused the call. */
  rule?: string | undefined
  /** Why the rules refuse it, where `REASONS` has it. */
  reason?: Reason | undefined
  /** Usage and limits of the folder. */
  usage?: UsageResponse
  /** STS's id of the call that failed. For the log only. */
  stsRequestId?: string | undefined
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
  return (why, rule, subject) => {
    const message = `${start}${subject === undefined ? '' : `${subject}: `}${why}`
    return new FunctionError(code, message, {
      rule,
      reason: why instanceof Reason ? why : undefined,
    })
  }
}

/** A request or form that cos-signature does not sign. */
export const requestRefused = refusal('KitRequestRefused', 'the request is refused: ')

/** A value of the caller in an error message: quoted, and cut where it is long. */
export function quote(value: string, length = 100): string {
  return JSON.stringify(value.length > length ? `${value.slice(0, length)}…` : value)
}

/** Why the access rules refuse something, by code. `{name}` stands for a value. */
export const REASONS = {
  noUser: 'no user is signed in',
  keyRefusedByCos: '{problem}',
  keyWithWildcard:
    'it contains "{text}", a wildcard in policies: a key for a scope cannot name it, cos-signature can sign for it',
  keyWithBackslash:
    'it contains a backslash, "\\": a key for a scope cannot name it, cos-signature can sign for it',
  keyWithTemplate: 'it contains "{text}", a template that nothing has filled in',
  keyEncoded:
    'it contains a percent sign and two hex digits, "{text}": give the key as it is, not encoded',
  keyWithInvisible: 'it contains an invisible or unassigned character, U+{text}',
  keyNotNormalized: 'it is not in Unicode normal form C',
  keyWithEmptySegment: 'it contains an empty segment',
  keyWithDotSegment: 'it contains a dot segment',
  keyWithWildcardSegment: 'a segment consists of wildcards, "{text}"',
  keySegmentEnd: 'a segment ends in a dot or space',
  keyNotExact:
    'the rule limits uploads, and a key that contains "{text}" cannot be named exactly in a policy',
  notCovered: 'no rule lets you {verb} {key}: no path of cos.config.ts covers it',
  notGranted: 'no rule lets you {verb} {key}: by access["{rule}"] only {who} may {verb}',
  grantedToNobody: 'no rule lets you {verb} {key}: by access["{rule}"] nobody may {verb}',
  hasTrash: 'it has a trash, into which the functions move objects: send the event "trash"',
  serverNames: 'the function chooses the names of new objects: request one with "create"',
  noOverwriting:
    'it forbids overwriting, which no key can be bound to: upload with signatures of cos-signature',
  quotaNeedsOneObject:
    'it has a quota, which no key for a folder can be held to: request a key for one object, or upload with signatures of cos-signature',
  hookNeedsOneObject:
    'its beforeUpload decides on each object: request a key for one object, or upload with signatures of cos-signature',
  tooLarge: 'the rule takes objects of up to {bytes} bytes',
  otherType: 'the rule takes the types {types}',
  exists: 'the rule forbids overwriting',
  overQuota: "the rule's quota is {bytes} bytes",
  tooManyFiles: 'the rule takes {files} files',
} as const

export type ReasonCode = keyof typeof REASONS

/** Why the access rules refuse something: a code with values for other languages, and as text in English. */
export class Reason {
  readonly code: ReasonCode
  readonly values: Readonly<Record<string, string | number>>

  constructor(code: ReasonCode, values: Reason['values'] = {}) {
    this.code = code
    this.values = values
  }

  /** Fills the values into a text, such as a translation of the one in `REASONS`. */
  fill(text: string): string {
    return text.replace(/\{(\w+)\}/g, (_, name: string) => String(this.values[name]))
  }

  toString(): string {
    return this.fill(REASONS[this.code])
  }
}
