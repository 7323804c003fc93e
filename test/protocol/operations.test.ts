import { matchOperation, operations, unservedSubresource } from '@miniprogram-cos/protocol'

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
])('recognises %s', (name, request) => {
  expect(matchOperation(request)?.name).toBe(name)
})

test('recognises each of its own rows by what the row says of itself', () => {
  for (const [name, row] of Object.entries(operations)) {
    const {
      needs = [],
      subresource,
      copies = false,
      form = false,
    } = row as {
      needs?: string[]
      subresource?: string
      copies?: boolean
      form?: boolean
    }
    const query = Object.fromEntries(
      [...needs, ...(subresource ? [subresource] : [])].map((n) => [n, '']),
    )
    expect(
      matchOperation({ method: row.method, target: row.target, query, copies, form })?.name,
    ).toBe(name)
  }
})

test('a reserved sub-resource that no row serves is never taken for a plain operation', () => {
  const put = shape('PUT', 'object', { retention: '' })
  expect(unservedSubresource(matchOperation(put)?.operation, put.query)).toBe('retention')
  const half = shape('PUT', 'object', { uploadId: 'x' })
  expect(unservedSubresource(matchOperation(half)?.operation, half.query)).toBe('uploadId')
  const list = shape('GET', 'bucket', { 'object-lock': '', prefix: '' })
  expect(unservedSubresource(matchOperation(list)?.operation, list.query)).toBe('object-lock')
})

test('nothing is recognised that COS does not have', () => {
  expect(matchOperation(shape('PATCH', 'object'))).toBeUndefined()
  expect(matchOperation(shape('POST', 'object'))).toBeUndefined()
})
