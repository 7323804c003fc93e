import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { misconfigured } from '../sts/stsAccess'

const MAC_BYTES = 12

/** What a name is made of besides its random part. */
interface NamePlace {
  /** With its last slash. */
  folder: string
  openid: string
  /** With its dot, or empty. */
  extension: string
}

/**
 * The secret that marks names as made here: `COS_NAME_SECRET`, or else the sub-account's key.
 * @throws FunctionFault `KitMisconfigured`
 */
export function nameSecret(environment: Record<string, string | undefined>): string {
  const secret = environment.COS_NAME_SECRET || environment.COS_STS_SECRET_KEY
  if (secret) return secret
  throw misconfigured('names: "server" needs the environment variable COS_NAME_SECRET')
}

/** A key nobody has used before and nobody can guess: 32 random digits, and a mark that we made it. */
export function newServerName(place: NamePlace, secret: string): string {
  const random = randomBytes(16).toString('hex')
  return `${place.folder}${random}${markOf(random, place, secret)}${place.extension}`
}

/** Whether a key was made by `newServerName` for this very user. */
export function isServerName(key: string, openid: string, secret: string): boolean {
  const match = /^(.*\/)([0-9a-f]{32})([0-9a-f]{24})(\.[a-z0-9]{1,10})?$/s.exec(key)
  if (!match) return false
  const [, folder = '', random = '', mark = '', extension = ''] = match
  const own = markOf(random, { folder, openid, extension }, secret)
  return timingSafeEqual(Buffer.from(mark), Buffer.from(own))
}

function markOf(random: string, { folder, openid, extension }: NamePlace, secret: string): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify(['cos-name', openid, folder, random, extension]))
    .digest('hex')
    .slice(0, MAC_BYTES * 2)
}
