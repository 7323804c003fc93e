import sharp from 'sharp'
import { errorOf, send, signByOfficialSdk, signedRequests } from '../../support/cosRequests'
import { sendWithKey } from '../../support/functionCalls'
import { HOST, temporaryKey, useTestCloud } from '../../support/testCloud'
import { noise, plain, temporarySigner } from './fixtures'

const cloud = useTestCloud()
beforeEach(() => cloud.reset())

const signed = signedRequests(() => cloud)
const operations = (fileid: string, rule: string) => ({
  'Pic-Operations': JSON.stringify({ rules: [{ fileid, rule }] }),
})

describe('conditions of the key apply to what processing stores', () => {
  const KINDS = [
    ['type', 'imageMogr2/format/jpg'],
    ['size', 'imageMogr2/thumbnail/200x/format/png'],
  ] as const

  test.each(KINDS)('%s', async (_, rule) => {
    const { tmpSecretId, tmpSecretKey, sessionToken } = await temporaryKey(cloud, [
      {
        action: ['PutObject'],
        path: 'in/*',
        condition: {
          string_equal: { 'cos:content-type': ['image/png'] },
          numeric_less_than_equal: { 'cos:content-length': 20_000 },
        },
      },
    ])
    const put = async (key: string, headers: Record<string, string>) =>
      sendWithKey(
        cloud,
        { credentials: { tmpSecretId, tmpSecretKey, sessionToken } },
        {
          method: 'PUT',
          key,
          headers: { 'Content-Type': 'image/png', ...headers },
          body: (await noise(60, 60).png().toBuffer()) as unknown as string,
        },
      )
    expect(errorOf(await put('in/1.png', operations('2', rule))).code).toBe('AccessDenied')
    expect((await signed('HEAD', 'in/2')).status).toBe(404)
    const small = operations('2', 'imageMogr2/thumbnail/20x')
    expect((await put('in/1.png', small)).status).toBe(200)
    expect((await signed('HEAD', 'in/2')).headers['content-type']).toBe('image/png')
  })
})

describe('in a bucket with versions', () => {
  /** Two versions of an object: the first public and red, the second private and blue. @returns the first's id */
  async function putVersions(key: string): Promise<string> {
    const body = '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
    await signed('PUT', '', { query: { versioning: '' }, body })
    const first = await signed('PUT', key, {
      body: await plain(10, 10, '#ff0000').png().toBuffer(),
      headers: { 'x-cos-acl': 'public-read' },
    })
    await signed('PUT', key, { body: await plain(10, 10, '#0000ff').png().toBuffer() })
    return first.headers['x-cos-version-id'] as string
  }

  const colorOf = async (bytes: Buffer) => {
    const { data } = await sharp(bytes).removeAlpha().raw().toBuffer({ resolveWithObject: true })
    return [...data.subarray(0, 3)]
  }

  test('?image_process processes the version that it may read', async () => {
    const versionId = await putVersions('bob/a.png')
    const { key, headers } = await temporarySigner(cloud, ['PutObject'], 'alice/*')
    const process = (query: Record<string, string>) =>
      signed('POST', 'bob/a.png', {
        query: { image_process: '', ...query },
        headers: { ...operations('/alice/1.png', 'imageMogr2/format/png'), ...headers },
        ...(key ? { key } : {}),
      })
    expect((await process({})).status).toBe(403)
    expect((await process({ versionId })).status).toBe(200)
    expect(await colorOf((await signed('GET', 'alice/1.png')).bytes)).toEqual([255, 0, 0])
  })

  test('a watermark is the version that its URL may read', async () => {
    const versionId = await putVersions('bob/a.png')
    await signed('PUT', 'alice/2.png', { body: await plain(10, 10, '#00ff00').png().toBuffer() })
    const watermark = async (search: string) => {
      const url = Buffer.from(`http://${HOST}/bob/a.png${search}`).toString('base64url')
      return signed('GET', 'alice/2.png', {
        query: { [`watermark/1/image/${url}/dissolve/100`]: '' },
      })
    }
    expect((await watermark('')).status).not.toBe(200)
    const { status, bytes } = await watermark(`?versionId=${versionId}`)
    expect(status).toBe(200)
    expect(await colorOf(bytes)).toEqual([255, 0, 0])
  })
})

describe('strict signature mode', () => {
  const STRICT =
    '<StrictSignatureConfiguration><Rule><ID>1</ID><actionlist><action>*</action></actionlist><headerlist><header>Pic-Operations</header></headerlist><paramlist><param>all</param></paramlist></Rule></StrictSignatureConfiguration>'

  test.each(['a.png?image_process', '?style'])('applies to %s', async (path) => {
    await signed('PUT', 'a.png', { body: await plain(9, 9).png().toBuffer() })
    await signed('PUT', '', { query: { 'strict-signature': '' }, body: STRICT })
    const [key = ''] = path.split('?')
    const method = key ? 'POST' : 'GET'
    const headers = key ? operations('b.png', 'imageMogr2/format/png') : {}
    // The signature covers neither the parameter nor the header.
    const answer = await send(cloud.cos, {
      method,
      path: `/${path}`,
      headers: { Host: HOST, ...headers, Authorization: signByOfficialSdk({ method, key }) },
    })
    expect([answer.status, answer.body]).toEqual([
      403,
      expect.stringContaining('Strict signature missing'),
    ])
    const query = { [key ? 'image_process' : 'style']: '' }
    const covered = { Host: HOST, ...headers, ...(key ? { 'Content-Length': 0 } : {}) }
    expect((await signed(method, key, { query, headers: covered })).status).toBe(200)
  })
})
