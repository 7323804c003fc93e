import { errorOf, send, signByOfficialSdk } from '../support/rawRequest'
import { BUCKET, startTestCloud } from '../support/testCloud'

test('path style is answered, its bucket part of what is signed, where it is allowed, and refused by default', async () => {
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

test('a custom domain leads to its bucket, and is what was signed', async () => {
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
