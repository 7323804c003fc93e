import { type ObjectParams, operation, type ResultMeta } from './operation'

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
  ['AccessControlAllowOrigin', 'access-control-allow-origin'],
  ['AccessControlAllowMethods', 'access-control-allow-methods'],
  ['AccessControlAllowHeaders', 'access-control-allow-headers'],
  ['AccessControlExposeHeaders', 'access-control-expose-headers'],
  ['AccessControlMaxAge', 'access-control-max-age'],
] as const

export const optionsObject = operation<
  OptionsObjectParams,
  Omit<OptionsObjectResult, keyof ResultMeta>
>({
  method: 'OPTIONS',
  target: 'object',
  access: [{ action: 'OptionsObject', on: 'object' }],
  idempotent: true,
  request: (params) => ({
    headers: {
      Origin: params.Origin,
      'Access-Control-Request-Method': params.AccessControlRequestMethod,
      'Access-Control-Request-Headers': params.AccessControlRequestHeaders,
    },
  }),
  result(reply) {
    const result: Record<string, string> = {}
    for (const [field, header] of ANSWERS) {
      const value = reply.headers[header]
      if (value !== undefined) result[field] = value
    }
    return result
  },
  forgive: ({ statusCode }) =>
    statusCode === 403 ? { OptionsForbidden: true, statusCode } : undefined,
})
