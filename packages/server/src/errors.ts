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
  /** The message without what all refusals of the code begin with. */
  text?: string | undefined
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

/** A configuration error, for the developer. */
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
    const text = `${subject === undefined ? '' : `${subject}: `}${why}`
    const reason = why instanceof Reason ? why : undefined
    return new FunctionError(code, `${start}${text}`, { rule, reason, text })
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
    'it contains "{text}", a wildcard in policies, so a policy cannot name this object exactly: use cos-signature',
  keyWithBackslash:
    'it contains a backslash, "\\", so a policy cannot name this object exactly: use cos-signature',
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
    'the rule limits uploads, and a policy cannot name a key that contains "{text}" exactly',
  notCovered: 'no rule lets you {verb} {key}: no path of cos.config.ts covers it',
  notGranted: 'no rule lets you {verb} {key}: access["{rule}"] grants {verb} only to {who}',
  grantedToNobody: 'no rule lets you {verb} {key}: access["{rule}"] grants {verb} to nobody',
  hasTrash: 'its rule has a trash: delete with the event "trash"',
  serverNames: 'the functions choose the names of new objects: request one with "create"',
  noOverwriting:
    'its rule has overwrite: false, which a temporary key cannot enforce: upload with cos-signature',
  quotaNeedsOneObject:
    'its rule has a quota, which a key for a folder cannot enforce: request a key for one object, or upload with cos-signature',
  hookNeedsOneObject:
    'its rule has beforeUpload, which decides on each object: request a key for one object, or upload with cos-signature',
  tooLarge: 'the rule allows at most {bytes} bytes',
  otherType: 'the rule allows only {types}',
  exists: 'the rule forbids overwriting',
  overQuota: "the rule's quota is {bytes} bytes",
  tooManyFiles: 'the rule allows at most {files} files',
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
