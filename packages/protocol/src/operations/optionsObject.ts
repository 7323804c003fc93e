import type { Own } from './configuration'
import { dashed } from './dashed'
import { type ObjectParams, objectOperation, type ResultMeta } from './operation'

export interface OptionsObjectParams extends ObjectParams {
  Origin: string
  AccessControlRequestMethod: string
  AccessControlRequestHeaders?: string
}

export interface OptionsObjectResult extends ResultMeta {
  AccessControlAllowOrigin?: string
  AccessControlAllowMethods?: string
  AccessControlAllowHeaders?: string
  AccessControlExposeHeaders?: string
  AccessControlMaxAge?: string
  /** The bucket's CORS rules do not allow it. */
  OptionsForbidden?: true
}

const ANSWERS = [
  'AccessControlAllowOrigin',
  'AccessControlAllowMethods',
  'AccessControlAllowHeaders',
  'AccessControlExposeHeaders',
  'AccessControlMaxAge',
] as const

export const optionsObject = objectOperation<OptionsObjectParams, Own<OptionsObjectResult>>(
  'OPTIONS',
  'OptionsObject',
  {
    ownHeadersWin: true,
    request: (params) => ({
      headers: {
        Origin: params.Origin,
        'Access-Control-Request-Method': params.AccessControlRequestMethod,
        'Access-Control-Request-Headers': params.AccessControlRequestHeaders,
      },
    }),
    result(reply) {
      const result: Own<OptionsObjectResult> = {}
      for (const field of ANSWERS) {
        const value = reply.headers[dashed(field).toLowerCase()]
        if (value !== undefined) result[field] = value
      }
      return result
    },
    forgive: ({ statusCode }) =>
      statusCode === 403 ? { OptionsForbidden: true, statusCode } : undefined,
  },
)
