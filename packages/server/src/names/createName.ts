import type { CreateRequest } from '@miniprogram-cos/protocol'
import type { Rule } from '../access/accessRule'
import { covers, type Grant, whyNot } from '../access/grants'
import { requestedKeyProblem } from '../access/keyGuard'
import { FunctionFault } from '../functionFault'
import { newServerName } from './serverName'

/** A name for one new object below a path the caller may write to. @throws FunctionFault `KitPathRefused` */
export function createName(
  asked: unknown,
  { rules, grants, openid, home }: { rules: Rule[]; grants: Grant[]; openid: string; home: string },
  secret: () => string,
): { key: string; grant: Grant } {
  const refuse = (why: string, rule?: string): never => {
    throw new FunctionFault('KitPathRefused', `create is refused: ${why}`, rule ? { rule } : {})
  }
  if (typeof asked !== 'object' || asked === null || Array.isArray(asked)) {
    return refuse('it is not an object')
  }
  const { path = home, extension = '' } = asked as CreateRequest
  if (typeof path !== 'string' || !path.endsWith('/')) return refuse('path must end in a slash')
  if (typeof extension !== 'string' || !/^([a-z0-9]{1,10})?$/.test(extension)) {
    return refuse('extension must be up to 10 lower-case letters or digits')
  }
  const problem = requestedKeyProblem(path)
  if (problem) return refuse(`${JSON.stringify(path)}: ${problem}`)
  const grant = grants.find((one) => one.verb === 'write' && covers(one, path))
  if (!grant) {
    const { message, rule } = whyNot(rules, 'write', path)
    return refuse(message, rule)
  }
  const place = { folder: path, openid, extension: extension ? `.${extension}` : '' }
  const key = newServerName(place, secret())
  const tooLong = requestedKeyProblem(key)
  return tooLong ? refuse(tooLong) : { key, grant }
}
