import { FunctionFault } from '../functionFault'
import type { Place } from '../policy/compilePolicy'

/** A described request, its form checked. */
export interface DescribedRequest {
  method: string
  /** Empty for the bucket itself. */
  key: string
  query: Record<string, string>
  /** Names in lower case. */
  headers: Record<string, string>
  seconds: number
  isUrl: boolean
}

/** Longer than any URL or list of headers that is sent. */
const MAX_FIELDS = 60
const MAX_CHARS = 4096
export const MAX_SIGNATURE_SECONDS = 900

export function requestRefused(why: string, rule?: string): FunctionFault {
  return new FunctionFault('KitRequestRefused', `the request is refused: ${why}`, {
    ...(rule === undefined ? {} : { rule }),
  })
}

/** Reads what the caller wants signed. @throws FunctionFault `KitRequestRefused` */
export function readRequest(event: Record<string, unknown>, place: Place): DescribedRequest {
  const { Method, Bucket, Region, expires = MAX_SIGNATURE_SECONDS, presign = false } = event
  if (typeof Method !== 'string' || !/^(get|put|post|delete|head)$/i.test(Method)) {
    throw requestRefused('Method must be GET, PUT, POST, DELETE or HEAD')
  }
  if (isOther(Bucket, place.bucket)) throw requestRefused('another bucket')
  if (isOther(Region, place.region)) throw requestRefused('another region')
  if (typeof presign !== 'boolean') throw requestRefused('presign must be true or false')
  if (
    !Number.isInteger(expires) ||
    Number(expires) < 1 ||
    Number(expires) > MAX_SIGNATURE_SECONDS
  ) {
    throw requestRefused(`expires must be a whole number from 1 to ${MAX_SIGNATURE_SECONDS}`)
  }
  return {
    method: Method.toUpperCase(),
    key: readKey(event.Key, event.Pathname),
    query: readFields(event.Query, 'Query', (name) => name),
    headers: readFields(event.Headers, 'Headers', (name) => name.toLowerCase()),
    seconds: Number(expires),
    isUrl: presign,
  }
}

/** The official client sends what it does not know as an empty text. */
function isOther(given: unknown, own: string): boolean {
  return given !== undefined && given !== null && given !== '' && given !== own
}

function readKey(Key: unknown = '', Pathname: unknown = undefined): string {
  if (typeof Key !== 'string') throw requestRefused('Key must be text')
  if (Pathname === undefined || Pathname === '') return Key
  if (typeof Pathname !== 'string' || Pathname[0] !== '/') {
    throw requestRefused('Pathname must begin with a slash')
  }
  const key = Pathname.slice(1)
  if (Key !== '' && Key !== key) throw requestRefused('Key and Pathname name two objects')
  // Whether it begins a query cannot be told from a path alone.
  if (Key === '' && key.includes('?')) {
    throw requestRefused('Pathname contains "?": name the object by Key')
  }
  return key
}

function readFields(
  given: unknown,
  field: 'Query' | 'Headers',
  spell: (name: string) => string,
): Record<string, string> {
  const fields: Record<string, string> = Object.create(null)
  if (given === undefined || given === null) return fields
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw requestRefused(`${field} must be an object`)
  }
  const entries = Object.entries(given)
  if (entries.length > MAX_FIELDS)
    throw requestRefused(`${field} has more than ${MAX_FIELDS} fields`)
  for (const [given, value] of entries) {
    const name = spell(given)
    if (name in fields) throw requestRefused(`${field} has ${shown(given)} twice`)
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw requestRefused(`${field}: ${shown(given)} must be text`)
    }
    const text = String(value)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a line break would end the header
    if (name.length + text.length > MAX_CHARS || /[\x00-\x1f\x7f]/.test(name + text)) {
      throw requestRefused(`${field}: ${shown(given)} is too long, or has a control character`)
    }
    // A lone surrogate has no UTF-8 form, so that nothing could be signed.
    if (/\p{Cs}/u.test(name + text)) {
      throw requestRefused(`${field}: ${shown(given)} is not valid Unicode (a lone surrogate)`)
    }
    fields[name] = text
  }
  return fields
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
