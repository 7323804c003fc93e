import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  matchOperation,
  operations,
  paramHeaders,
  unmatchedSubresource,
} from '@miniprogram-cos/protocol'

const shape = (method: string, target: 'service' | 'bucket' | 'object', query = {}, more = {}) => ({
  method,
  target,
  query,
  copies: false,
  form: false,
  ...more,
})

test.each<[string, ReturnType<typeof shape>]>([
  ['getService', shape('GET', 'service')],
  ['getBucket', shape('GET', 'bucket', { prefix: 'a' })],
  ['multipartList', shape('GET', 'bucket', { uploads: '', prefix: '' })],
  ['deleteMultipleObject', shape('POST', 'bucket', { delete: '' })],
  ['postObject', shape('POST', 'bucket', {}, { form: true })],
  ['putObject', shape('PUT', 'object')],
  ['putObjectCopy', shape('PUT', 'object', {}, { copies: true })],
  ['multipartInit', shape('POST', 'object', { uploads: '' })],
  ['multipartUpload', shape('PUT', 'object', { partNumber: '1', uploadId: 'x' })],
  ['uploadPartCopy', shape('PUT', 'object', { partNumber: '1', uploadId: 'x' }, { copies: true })],
  ['multipartComplete', shape('POST', 'object', { uploadId: 'x' })],
  ['multipartListPart', shape('GET', 'object', { uploadId: 'x' })],
  ['multipartAbort', shape('DELETE', 'object', { uploadId: 'x' })],
  ['getObject', shape('GET', 'object', { 'response-content-type': 'x' })],
  ['optionsObject', shape('OPTIONS', 'object')],
])('matches a request to %s', (name, request) => {
  expect(matchOperation(request)?.name).toBe(name)
})

test('matches every operation of the table by its own declaration', () => {
  for (const [name, operation] of Object.entries(operations)) {
    const {
      needs = [],
      subresource,
      copies = false,
      form = false,
    } = operation as {
      needs?: string[]
      subresource?: string
      copies?: boolean
      form?: boolean
    }
    const query = Object.fromEntries(
      [...needs, ...(subresource ? [subresource] : [])].map((n) => [n, '']),
    )
    expect(
      matchOperation({ method: operation.method, target: operation.target, query, copies, form })
        ?.name,
    ).toBe(name)
  }
})

test('reports a reserved sub-resource that the matched operation does not have', () => {
  const put = shape('PUT', 'object', { retention: '' })
  expect(unmatchedSubresource(matchOperation(put)?.operation, put.query)).toBe('retention')
  const withoutPart = shape('PUT', 'object', { uploadId: 'x' })
  expect(unmatchedSubresource(matchOperation(withoutPart)?.operation, withoutPart.query)).toBe(
    'uploadId',
  )
  const list = shape('GET', 'bucket', { 'object-lock': '', prefix: '' })
  expect(unmatchedSubresource(matchOperation(list)?.operation, list.query)).toBe('object-lock')
})

test('matches no request that COS does not have', () => {
  expect(matchOperation(shape('PATCH', 'object'))).toBeUndefined()
  expect(matchOperation(shape('POST', 'object'))).toBeUndefined()
})

test('maps params to the same headers whether or not the operations are loaded', () => {
  const params = {
    Range: 'bytes=0-1',
    IfMatch: '"a"',
    CopySource: 'b-1.cos.r.myqcloud.com/k',
    CopySourceIfMatch: '"c"',
    Origin: 'https://example.com',
    SSECustomerAlgorithm: 'AES256',
  }
  let alone: object = {}
  jest.isolateModules(() => {
    const { paramHeaders: own } = require('../../packages/protocol/src/operations/params')
    alone = own(params)
  })
  expect(alone).toEqual({
    Range: 'bytes=0-1',
    'If-Match': '"a"',
    'x-cos-copy-source': 'b-1.cos.r.myqcloud.com/k',
    'x-cos-copy-source-If-Match': '"c"',
    Origin: 'https://example.com',
    'x-cos-server-side-encryption-customer-algorithm': 'AES256',
  })
  expect(paramHeaders(params)).toEqual(alone)
})

test('publishes every operation of the table as a documented method of the client', () => {
  const file = join(__dirname, '../../packages/client/dist/index.d.ts')
  const declarations = readFileSync(file, 'utf8')
  for (const name of Object.keys(operations)) {
    expect(declarations).toMatch(new RegExp(`\\*/\\n\\s+${name}: Method<`))
  }
})
