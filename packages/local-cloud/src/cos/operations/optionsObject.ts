import { corsHeaders } from '../access/cors'
import { Fault } from '../answer/fault'
import type { Handlers } from './operation'

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
    const { bucket, request } = context
    // Tencent's browser SDK sees a key of nothing but slashes fail, its Node SDK reads a list there:
    // what differs is the preflight.
    if (request.target === 'bucket' && /^\/\/+$/.test(request.pathname)) {
      throw new Fault('AccessForbidden')
    }
    const allowed = bucket && corsHeaders(bucket, { origin, method, headers: wanted })
    if (!allowed) throw new Fault('AccessForbidden')
    return { status: 200, headers: allowed }
  },
}
