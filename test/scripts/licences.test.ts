import { bundledPackages } from '../../scripts/docs/licences'

/** What may be taken into files that others deploy. */
const ALLOWED = [
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
]

/** Tencent's own, which wx-server-sdk (MIT) brings along: published without saying a licence. */
const UNSTATED = ['@cloudbase/signature-nodejs', '@cloudbase/wx-cloud-client-sdk']

test('bundled packages have permissive licences, and the client bundles none', async () => {
  const products = await bundledPackages()
  expect(products.find(([name]) => name === 'The client')).toEqual(['The client', []])
  const packages = products.flatMap(([, bundled]) => bundled)
  expect(packages.length).toBeGreaterThan(50)
  const others = packages.filter(({ licence }) => !licence || !ALLOWED.includes(licence))
  expect([...new Set(others.map(({ name }) => name))]).toEqual(UNSTATED)
})
