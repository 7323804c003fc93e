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
