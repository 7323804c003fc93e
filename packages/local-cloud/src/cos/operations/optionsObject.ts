import { corsHeaders } from '../cors'
import { Fault } from '../fault'
import { bucketOf, type Handlers } from './operation'

export const optionsObject: Handlers = {
  /** A preflight: answered by the first rule that matches, refused without one. */
  async optionsObject(context) {
    const { headers } = context.request
    const { origin, 'access-control-request-method': method } = headers
    if (!origin || !method) {
      throw new Fault(
        'InvalidRequest',
        'A preflight names its Origin and Access-Control-Request-Method.',
      )
    }
    const wanted = (headers['access-control-request-headers'] ?? '')
      .split(',')
      .map((name) => name.trim().toLowerCase())
      .filter((name) => name !== '')
    const allowed = corsHeaders(bucketOf(context), { origin, method, headers: wanted })
    if (!allowed) throw new Fault('AccessForbidden')
    return { status: 200, headers: allowed }
  },
}
