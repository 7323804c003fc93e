import { errorOf, send, signByOfficialSdk } from '../support/cosRequests'
import { BUCKET, startTestCloud } from '../support/testCloud'

test('path style is refused by default; where it is allowed, the signed path includes the bucket', async () => {
  const Host = 'cos.ap-guangzhou.myqcloud.com'
  const key = `${BUCKET}/a`
  const request = () => ({
    method: 'HEAD',
    path: `/${key}`,
    headers: { Host, Authorization: signByOfficialSdk({ method: 'HEAD', key, headers: { Host } }) },
  })
  const allowing = await startTestCloud({ pathStyle: 'allow' })
  expect((await send(allowing.cos, request())).status).toBe(404)
  await allowing.end()
  const refusing = await startTestCloud()
  const response = await send(refusing.cos, { ...request(), method: 'GET' })
  expect([response.status, errorOf(response).code]).toEqual([403, 'PathStyleDomainForbidden'])
  await refusing.end()
})

test('a custom domain addresses its bucket, and is the signed host', async () => {
  const cloud = await startTestCloud({ hosts: { 'files.example.com': BUCKET } })
  const Host = 'files.example.com'
  const Authorization = signByOfficialSdk({ method: 'PUT', key: 'a', headers: { Host } })
  const headers = { Host, Authorization }
  expect((await send(cloud.cos, { method: 'PUT', path: '/a', headers, body: 'x' })).status).toBe(
    200,
  )
  const read = signByOfficialSdk({ key: 'a' })
  expect((await send(cloud.cos, { path: '/a', headers: { Authorization: read } })).body).toBe('x')
  await cloud.end()
})

test.each([
  `${BUCKET}.ci.ap-guangzhou.myqcloud.com`,
  'ci.ap-guangzhou.myqcloud.com',
  '1250000000.ci.ap-guangzhou.myqcloud.com',
])('names data processing as not imitated: %s', async (Host) => {
  const cloud = await startTestCloud()
  const response = await send(cloud.cos, { method: 'GET', path: '/jobs', headers: { Host } })
  expect(response.status).toBe(501)
  expect(errorOf(response)).toMatchObject({
    code: 'NotImplemented',
    message: expect.stringContaining('data processing'),
  })
  await cloud.end()
})
