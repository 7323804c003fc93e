import { createTestPhone } from '../support/phones'
import { call, loadPage, type Rendered, useAppPhone } from '../support/simulatedApp'
import { ALICE, BOB, HOST } from '../support/testCloud'
import { until } from '../support/until'

const DOMAIN = `https://${HOST}`
// The mistake of every first release: one of the three lists was forgotten.
const domains = { request: [DOMAIN], uploadFile: [], downloadFile: [DOMAIN] }
const phone = useAppPhone({ domains })
let page: Rendered
beforeAll(async () => {
  page = loadPage('pages/isolation/isolation')()
  await until(() => page.instance.data.prefix !== '', 'the folder is known')
})

test('shows the user’s folder and bucket', () => {
  expect(page.dom.innerHTML).toContain(`private/${ALICE}/`)
  expect(page.dom.innerHTML).toContain('media-1250000000 · ap-guangzhou')
})

test('tries another user’s folder, and shows the response of COS', async () => {
  const bob = createTestPhone(phone.cloud, BOB)
  const { prefix } = await bob.cos.caller()
  await bob.cos.putObject({ Key: `${prefix}isolation-check.txt`, Body: 'of Bob' })
  call(page, 'onOther', { detail: { value: prefix } })
  await call(page, 'onTry')
  const { outcomes, refusal } = page.instance.data as unknown as {
    outcomes: { verb: string; own: boolean; other: boolean }[]
    refusal: { code: string; advice: string }
  }
  expect(outcomes.map(({ verb, own, other }) => [verb, own, other])).toEqual([
    ['write', true, false],
    ['read', true, false],
    ['list', true, false],
    ['remove', true, false],
  ])
  expect(refusal.code).toBe('AccessDenied')
  expect(page.dom.innerHTML).toContain(refusal.advice)
  const { Body } = await bob.cos.getObject({ Key: `${prefix}isolation-check.txt` })
  expect(Body).toBe('of Bob')
})

test('names the host that is missing in a domain list', async () => {
  await call(page, 'onCheckDomains')
  const domains = page.instance.data.domains as { list: string; isAllowed: boolean; text: string }[]
  expect(domains.map(({ list, isAllowed, text }) => [list, isAllowed, text])).toEqual([
    ['request', true, 'Allowed'],
    ['downloadFile', true, 'Allowed'],
    ['uploadFile', false, `https://${HOST} is missing`],
  ])
})
