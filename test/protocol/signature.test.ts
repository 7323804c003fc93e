import { createHash, createHmac } from 'node:crypto'
import { expectedSignature, parseAuthorization, signRequest } from '@miniprogram-cos/protocol'
import COS from 'cos-nodejs-sdk-v5'
import fc from 'fast-check'
import { requestVectors } from '../support/vectors'

const hash = {
  sha1: (text: string) => createHash('sha1').update(text).digest('hex'),
  hmacSha1: (key: string, text: string) => createHmac('sha1', key).update(text).digest('hex'),
}

/** The two worked examples of the signature document (436/7778). */
const published = [
  {
    what: 'an upload',
    request: {
      method: 'put',
      pathname: '/exampleobject(腾讯云)',
      headers: {
        Date: 'Thu, 16 May 2019 06:45:51 GMT',
        Host: 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com',
        'Content-Type': 'text/plain',
        'Content-Length': '13',
        'Content-MD5': 'mQ/fVh815F3k6TAUm8m0eg==',
        'x-cos-acl': 'private',
        'x-cos-grant-read': 'uin="100000000011"',
      },
    },
    keyTime: '1557989151;1557996351',
    signature: '3b8851a11a569213c17ba8fa7dcf2abec6935172',
  },
  {
    what: 'a download',
    request: {
      method: 'get',
      pathname: '/exampleobject(腾讯云)',
      query: {
        'response-content-type': 'application/octet-stream',
        'response-cache-control': 'max-age=600',
      },
      headers: {
        Date: 'Thu, 16 May 2019 06:55:53 GMT',
        Host: 'examplebucket-1250000000.cos.ap-beijing.myqcloud.com',
      },
    },
    keyTime: '1557989753;1557996953',
    signature: '01681b8c9d798a678e43b685a9f1bba0f6c0e012',
  },
]
const PUBLISHED_KEY = {
  SecretId: 'AKIDQjz3ltompVjBni5LitkWHFlFpwkn9U5q',
  SecretKey: 'BQYIM75p8x0iWVFSIgqEKwFprpRSVHlz',
}

test.each(published)(
  'reproduces the published signature of $what',
  ({ request, keyTime, signature }) => {
    const made = signRequest(request, { ...PUBLISHED_KEY, keyTime }, hash)
    expect(made.signature).toBe(signature)
  },
)

test('computes the recorded signature of every reproducible request of cos-wx-sdk-v5', () => {
  const recorded = requestVectors
    .flatMap(({ requests = [] }) => requests)
    .filter(({ signing }) => signing?.signatureReproduced)
  expect(recorded.length).toBeGreaterThan(50)
  for (const { header, url, method, signing } of recorded) {
    const auth = parseAuthorization(String(header.Authorization))
    if (!auth || !signing) throw new Error(`${url} carries no signature`)
    const { pathname, search, host } = new URL(url)
    const headers: Record<string, string> = { host }
    for (const [name, value] of Object.entries(header)) headers[name.toLowerCase()] = String(value)
    // WeChat sets it; the signature covers it all the same.
    const length = /content-length=(\d+)/.exec(signing.httpString)?.[1]
    if (length) headers['content-length'] = length
    const query = Object.fromEntries(new URLSearchParams(search))
    const request = {
      method: method ?? '',
      pathname: decodeURIComponent(rawPath(url, pathname)),
      query,
      headers,
    }
    const secret = auth.SecretId.includes('TMP')
      ? 'TmpTestVectorSecretKey0000000000'
      : 'TestVectorSecretKey0000000000000'
    const expected = expectedSignature(request, auth, secret, hash)
    expect(expected.httpString).toBe(signing.httpString)
    expect(expected.signature).toBe(auth.signature)
  }
})

/** URL folds dot segments; the wire does not. */
function rawPath(url: string, folded: string): string {
  return /^https:\/\/[^/?]+([^?]*)/.exec(url)?.[1] || folded
}

test('signs any key, parameter and header as the official Node SDK does', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 20 })
  const name = fc.stringMatching(/^[a-z][a-z-]{0,10}$/)
  const fields = fc.dictionary(name, text, { noNullPrototype: true })
  fc.assert(
    fc.property(text, fields, fields, (key, query, meta) => {
      const headers: Record<string, string> = { Host: 'h' }
      for (const [own, value] of Object.entries(meta)) headers[`x-cos-meta-${own}`] = value
      const keyTime = '1700000000;1700000900'
      const ours = signRequest(
        { method: 'PUT', pathname: `/${key}`, query, headers },
        { ...PUBLISHED_KEY, keyTime },
        hash,
      )
      const theirs = COS.getAuthorization({
        ...PUBLISHED_KEY,
        Method: 'PUT',
        Pathname: `/${key}`,
        Query: query,
        Headers: headers,
        KeyTime: keyTime,
      } as never)
      expect(ours.authorization).toBe(theirs)
    }),
    { numRuns: 500 },
  )
})

test.each(['', 'nonsense', 'q-sign-algorithm=sha1', 'q-ak=a&q-ak=b'])(
  'rejects %j as an Authorization',
  (text) => {
    expect(parseAuthorization(text)).toBeUndefined()
  },
)
