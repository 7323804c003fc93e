import { createHash } from 'node:crypto'
import { errorOf, send, signByOfficialSdk, signedRequests } from '../support/cosRequests'
import { HOST, useTestCloud } from '../support/testCloud'

describe('encryption', () => {
  const cloud = useTestCloud({}, 'test')

  const signed = signedRequests(() => cloud)
  const HEADER = 'x-cos-server-side-encryption'
  const SSE_COS = { [HEADER]: 'AES256' }
  const CONTENT = '[Object Content]'

  async function setDefault(algorithm: string): Promise<void> {
    const body = `<ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>${algorithm}</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>`
    await signed('PUT', '', { query: { encryption: '' }, body })
  }

  function form(fields: Record<string, string>) {
    const parts = Object.entries({
      key: 'form',
      Signature: signByOfficialSdk({ method: 'POST' }),
      ...fields,
    }).map(
      ([name, value]) =>
        `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
    )
    const file = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n'
    const headers = { 'Content-Type': 'multipart/form-data; boundary=b' }
    return send(cloud.cos, { method: 'POST', headers, body: `${parts.join('')}${file}--b--\r\n` })
  }

  /** Each way to write an object. @returns the encryption header of each response */
  const WRITES: [how: string, key: string, write: (headers: object) => Promise<unknown[]>][] = [
    [
      'PUT',
      'put',
      async (headers) => [
        (await signed('PUT', 'put', { body: CONTENT, headers: { ...headers } })).headers[HEADER],
      ],
    ],
    [
      'a copy',
      'copy',
      async (headers) => {
        await signed('PUT', 'source', { body: CONTENT })
        const source = { 'x-cos-copy-source': `${HOST}/source` }
        const answer = await signed('PUT', 'copy', { body: '', headers: { ...source, ...headers } })
        return [answer.headers[HEADER]]
      },
    ],
    [
      'an append',
      'append',
      async (headers) => {
        const query = { append: '', position: '0' }
        const answer = await signed('POST', 'append', { query, body: 'x', headers: { ...headers } })
        return [answer.headers[HEADER]]
      },
    ],
    ['a form', 'form', async (headers) => [(await form({ ...headers })).headers[HEADER]]],
    [
      'parts',
      'parts',
      async (headers) => {
        const init = await signed('POST', 'parts', {
          query: { uploads: '' },
          body: '',
          headers: { ...headers },
        })
        const uploadId = /<UploadId>(.*)<\/UploadId>/.exec(init.body)?.[1] as string
        const part = await signed('PUT', 'parts', {
          query: { partNumber: '1', uploadId },
          body: CONTENT,
        })
        const body = `<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>${part.headers.etag}</ETag></Part></CompleteMultipartUpload>`
        const done = await signed('POST', 'parts', { query: { uploadId }, body })
        return [init, part, done].map((answer) => answer.headers[HEADER])
      },
    ],
  ]

  test.each(WRITES)(
    '%s with SSE-COS returns the header, and so do reads',
    async (_, key, write) => {
      const answered = await write(SSE_COS)
      expect(new Set(answered)).toEqual(new Set(['AES256']))
      for (const method of ['GET', 'HEAD']) {
        expect((await signed(method, key)).headers[HEADER]).toBe('AES256')
      }
    },
  )

  test.each(WRITES)(
    '%s into a bucket with default encryption is encrypted',
    async (_, key, write) => {
      await setDefault('AES256')
      expect(new Set(await write({}))).toEqual(new Set(['AES256']))
      expect((await signed('HEAD', key)).headers[HEADER]).toBe('AES256')
    },
  )

  test.each(WRITES)(
    '%s without header and default encryption is not encrypted',
    async (_, key, write) => {
      expect(new Set(await write({}))).toEqual(new Set([undefined]))
      expect((await signed('HEAD', key)).headers[HEADER]).toBeUndefined()
    },
  )

  test('the ETag of an object with SSE-COS is its MD5 (PUT Object, sample 3)', async () => {
    const { headers } = await signed('PUT', 'k', { body: CONTENT, headers: SSE_COS })
    expect(headers.etag).toBe(`"${createHash('md5').update(CONTENT).digest('hex')}"`)
    expect((await signed('GET', 'k')).body).toBe(CONTENT)
  })

  test.each<[string, string, Record<string, string>, unknown[]]>([
    ['an unknown algorithm', 'PUT', { [HEADER]: 'ROT13' }, [400, 'SSEContentNotSupported']],
    ['SSE-COS header on a read', 'GET', SSE_COS, [400, 'SSEHeaderNotAllowed']],
    ['SSE-KMS', 'PUT', { [HEADER]: 'cos/kms' }, [501, 'NotImplemented']],
    ['SSE-C', 'PUT', { [`${HEADER}-customer-algorithm`]: 'AES256' }, [501, 'NotImplemented']],
  ])('%s is refused', async (_, method, headers, expected) => {
    await signed('PUT', 'k', { body: 'x' })
    const response = await signed(method, 'k', {
      headers,
      ...(method === 'PUT' ? { body: 'x' } : {}),
    })
    expect([response.status, errorOf(response).code]).toEqual(expected)
  })

  test('returns NotImplemented for an upload into a bucket whose default is SSE-KMS', async () => {
    await setDefault('KMS')
    const response = await signed('PUT', 'k', { body: 'x' })
    expect([response.status, errorOf(response).code]).toEqual([501, 'NotImplemented'])
    expect((await signed('PUT', 'k', { body: 'x', headers: SSE_COS })).status).toBe(200)
  })
})

describe('x-cos-forbid-overwrite', () => {
  const cloud = useTestCloud()

  const signed = signedRequests(() => cloud)
  const headers = { 'x-cos-forbid-overwrite': 'true' }
  const put = (key: string, body: string) => signed('PUT', key, { headers, body })

  test('of twenty concurrent writes that forbid overwriting, one succeeds', async () => {
    const bodies = Array.from({ length: 20 }, (_, i) => `body ${i}`)
    const answers = await Promise.all(bodies.map((body) => put('race', body)))
    const arrived = answers.flatMap(({ status }, i) => (status === 200 ? [bodies[i]] : []))
    expect(arrived).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19)
    expect((await signed('GET', 'race', {})).body).toBe(arrived[0])
  })

  test('a deleted object can be written again', async () => {
    expect((await put('gone', 'a')).status).toBe(200)
    await signed('DELETE', 'gone', {})
    expect((await put('gone', 'b')).status).toBe(200)
  })

  test.each(['Enabled', 'Suspended'])(
    'has no effect in a bucket with versioning: %s',
    async (Status) => {
      await signed('PUT', '', {
        query: { versioning: '' },
        body: `<VersioningConfiguration><Status>${Status}</Status></VersioningConfiguration>`,
      })
      expect((await put('versioned', 'a')).status).toBe(200)
      expect((await put('versioned', 'b')).status).toBe(200)
    },
  )
})
