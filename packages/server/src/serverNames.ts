import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Call } from './createFunction'
import { misconfigured, refusal } from './errors'
import { type Grant, grantFor } from './grants'
import { keyReason } from './objectKey'
import type { Environment } from './sts'

/**
 * A name for one new object below a path the caller may write to.
 * @param requested the event's `create`, a `CreateRequest`
 * @throws FunctionError `KitPathRefused`, `KitMisconfigured`
 */
export function createName(
  requested: unknown,
  { rules, grants, openid, prefix }: Pick<Call, 'rules' | 'grants' | 'openid' | 'prefix'>,
  environment: Environment,
): { key: string; grant: Grant } {
  if (typeof requested !== 'object' || requested === null || Array.isArray(requested)) {
    throw createRefused('it is not an object')
  }
  const { path = prefix, extension = '' }: { path?: unknown; extension?: unknown } = requested
  if (typeof path !== 'string' || !path.endsWith('/')) {
    throw createRefused('path must end in a slash')
  }
  if (typeof extension !== 'string' || !/^([a-z0-9]{1,10})?$/.test(extension)) {
    throw createRefused('extension must be up to 10 lower-case letters or digits')
  }
  const grant = grantFor('write', path, { grants, rules }, createRefused, 'policy')
  const parts = { folder: path, openid, extension: extension ? `.${extension}` : '' }
  const key = newServerName(parts, nameSecret(environment))
  const problem = keyReason(key)
  if (problem) throw createRefused(problem)
  return { key, grant }
}

/** A name, or a key for it, that the caller may not get. */
export const createRefused = refusal('KitPathRefused', 'create is refused: ')

/**
 * The secret that signs the names made here: `COS_NAME_SECRET`, or else the sub-account's key.
 * @throws FunctionError `KitMisconfigured`
 */
function nameSecret(environment: Environment): string {
  const secret = environment.COS_NAME_SECRET || environment.COS_STS_SECRET_KEY
  if (secret) return secret
  throw misconfigured('names: "server" needs the environment variable COS_NAME_SECRET')
}

/** The parts of a name besides the random one. */
interface NameParts {
  /** With its last slash. */
  folder: string
  openid: string
  /** With its dot, or empty. */
  extension: string
}

const MAC_BYTES = 12

/** A key that is new and cannot be guessed: 32 random hex digits and a MAC over name and user. */
function newServerName(parts: NameParts, secret: string): string {
  const random = randomBytes(16).toString('hex')
  return `${parts.folder}${random}${macOf(random, parts, secret)}${parts.extension}`
}

/** Whether `createName` made a key for this very user. @throws FunctionError `KitMisconfigured` */
export function isServerName(key: string, openid: string, environment: Environment): boolean {
  const secret = nameSecret(environment)
  const match = /^(.*\/)([0-9a-f]{32})([0-9a-f]{24})(\.[a-z0-9]{1,10})?$/s.exec(key)
  if (!match) return false
  const [, folder = '', random = '', mac = '', extension = ''] = match
  const expected = macOf(random, { folder, openid, extension }, secret)
  return timingSafeEqual(Buffer.from(mac), Buffer.from(expected))
}

function macOf(random: string, { folder, openid, extension }: NameParts, secret: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['cos-name', openid, folder, random, extension]))
    .digest('hex')
    .slice(0, MAC_BYTES * 2)
}
