import type COS from 'cos-nodejs-sdk-v5'
import type { BucketPlace } from './cosOf'

/** Name of our rule; other rules stay. */
const ID = 'miniprogram-cos'

/**
 * Every parameter, the host and every header of COS must be signed (document 436/53892): an URL that
 * permits one thing can then not be turned into another.
 */
const RULE = `<Rule><ID>${ID}</ID><actionlist><action>*</action></actionlist><headerlist><header>Host</header><header>x-cos-*</header></headerlist><paramlist><param>all</param></paramlist></Rule>`

const REQUEST = { Action: 'strict-signature' } as const

/** The rules that are set, as XML; none when there is no configuration. */
async function rulesOf(cos: COS, place: BucketPlace): Promise<string[]> {
  try {
    const answer = await cos.request({ ...place, Method: 'GET', ...REQUEST, RawBody: true })
    return String(answer.Body).match(/<Rule>[\s\S]*?<\/Rule>/g) ?? []
  } catch (error) {
    if ((error as { statusCode?: number; code?: string }).code?.startsWith('NoSuchStrict'))
      return []
    throw error
  }
}

const isOurs = (rule: string) => rule.includes(`<ID>${ID}</ID>`)

/** Whether our rule is there; COS may write names back in another case or order. */
export async function hasStrictSignature(cos: COS, place: BucketPlace): Promise<boolean> {
  const rule = (await rulesOf(cos, place)).find(isOurs)
  const parts = ['<action>*<', '<header>host<', '<header>x-cos-*<', '<param>all<']
  return rule !== undefined && parts.every((part) => rule.toLowerCase().includes(part))
}

export async function setStrictSignature(cos: COS, place: BucketPlace): Promise<void> {
  const others = (await rulesOf(cos, place)).filter((rule) => !isOurs(rule))
  const Body = `<StrictSignatureConfiguration>${[...others, RULE].join('')}</StrictSignatureConfiguration>`
  await cos.request({ ...place, Method: 'PUT', ...REQUEST, Body })
}
