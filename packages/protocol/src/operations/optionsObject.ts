import { type ObjectParams, operation, type ResultMeta } from './operation'
import { headerGroup } from './paramHeaders'
import { paramOf } from './requestOf'

export interface OptionsObjectParams extends ObjectParams {
  /** Of the page: `https://example.com`. */
  Origin: string
  /** What the page wants to send: `PUT`. */
  AccessControlRequestMethod: string
  /** Headers that it wants to send, with commas. */
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

headerGroup('', '', 'Origin Access-Control-Request-Method Access-Control-Request-Headers')

/** Answers that are results. */
const ANSWERS = /^access-control-(allow-(origin|methods|headers)|expose-headers|max-age)$/

export const optionsObject = operation<OptionsObjectParams, OptionsObjectResult>(
  'OPTIONS',
  'object',
  'OptionsObject',
  {
    result({ headers }) {
      const result: Record<string, string> = {}
      for (const [name, value] of Object.entries(headers)) {
        if (ANSWERS.test(name)) result[paramOf(name)] = value
      }
      return result
    },
    forgive: ({ statusCode }) =>
      statusCode === 403 ? { OptionsForbidden: true, statusCode } : undefined,
  },
)
