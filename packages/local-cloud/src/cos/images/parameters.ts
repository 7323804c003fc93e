import { GRAVITIES, type Gravity, invalidParameter } from './imagePipeline'

/** A parameter of an operation: `thumbnail/200x/strip` has two. */
export type Parameter = { name: string; value: string }

/**
 * Splits `name/value/name/value`. Names in `flags` have no value.
 * @throws ImageError for a name without its value
 */
export function splitParameters(text: string, flags: ReadonlySet<string> = new Set()): Parameter[] {
  const words = text.split('/').filter((word) => word !== '')
  const parameters: Parameter[] = []
  for (let i = 0; i < words.length; i++) {
    const name = words[i] as string
    if (flags.has(name)) {
      parameters.push({ name, value: '' })
      continue
    }
    const value = words[++i]
    if (value === undefined) throw invalidParameter(`The parameter ${name} has no value.`)
    parameters.push({ name, value })
  }
  return parameters
}

/** A whole number within a range. @throws ImageError */
export function readInteger(name: string, value: string, min: number, max: number): number {
  const number = /^-?\d{1,9}$/.test(value) ? Number(value) : Number.NaN
  if (!(number >= min && number <= max)) {
    throw invalidParameter(`${name} must be a whole number from ${min} to ${max}.`)
  }
  return number
}

/** `0` or `1`. @throws ImageError */
export function readSwitch(name: string, value: string): boolean {
  return readInteger(name, value, 0, 1) === 1
}

/** URL-safe Base64 of UTF-8 text, with or without padding (document 1045/33430). @throws ImageError */
export function readBase64(name: string, value: string): string {
  const bytes = /^[\w+\-=]+$/.test(value) ? Buffer.from(value, 'base64url') : Buffer.alloc(0)
  const text = bytes.toString('utf8')
  if (text === '' || text.includes('\ufffd')) {
    throw invalidParameter(`${name} must be text in URL-safe Base64.`)
  }
  return text
}

/** `#RRGGBB` in URL-safe Base64. @throws ImageError */
export function readColor(name: string, value: string): string {
  const text = readBase64(name, value)
  const [, digits] = /^#?([0-9a-f]{6})$/i.exec(text) ?? []
  if (!digits) throw invalidParameter(`${name} must be a colour such as #FF0000, in Base64.`)
  return `#${digits.toLowerCase()}`
}

/** @throws ImageError */
export function readGravity(value: string): Gravity {
  const lower = value.toLowerCase()
  const gravity = GRAVITIES.find((name) => name === lower)
  if (!gravity) throw invalidParameter(`gravity must be one of ${GRAVITIES.join(', ')}.`)
  return gravity
}
