import { createTestPhone } from '../support/phones'
import { ALICE, useTestCloud } from '../support/testCloud'

/** Keys with characters that a policy or a signature may not be able to name. */

const cloud = useTestCloud()

const CHARACTERS = ['*', '?', '%', '%41', '$', '${', '{', '}', '{openid}', '\\']

describe.each([
  ['a key for everything the caller may do', {}],
  ['scoped keys', { ScopeLimit: true }],
  ['signatures', { mode: 'signature' as const }],
])('%s', (_, options) => {
  test.each(CHARACTERS)(
    'either works for a key with %s, or says that this is the cause',
    async (text) => {
      const { cos } = createTestPhone(cloud, ALICE, {}, options)
      const { prefix } = await cos.caller()
      const Key = `${prefix}a${text}b.txt`
      const end = await cos.putObject({ Key, Body: text }).then(
        () => cos.getObject({ Key }).then(({ Body }) => ({ Body, message: '' })),
        ({ message, code }) => ({ message: `${code}: ${message}`, Body: '' }),
      )
      if (end.Body) expect(end.Body).toBe(text)
      else expect(end.message).toContain(`"${text}"`)
    },
  )
})
