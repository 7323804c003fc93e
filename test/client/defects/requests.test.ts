import { calledBack, defect, endOf, type Launch, outcomeOf } from '../../support/bothClients'
import { AT, createFakePhone } from '../../support/fakePhone'
import type { Untyped } from '../../support/phones'
import { type CannedAnswer, headerOf, isSignatureGood, KEY } from '../../support/recordingWx'

/** A client with a fixed key that gets the same response to every request. */
function start(launch: Launch, canned?: CannedAnswer, options: object = {}) {
  const phone = createFakePhone({
    files: { f: new Uint8Array(10) },
    answer: () => canned,
  })
  const COS = launch(phone.wx)
  return { ...phone, COS, cos: new COS({ ...KEY, ...options }) }
}

const notFound = (code: string): CannedAnswer => ({
  statusCode: 404,
  header: { 'x-cos-request-id': 'r' },
  data: `<Error><Code>${code}</Code></Error>`,
})

defect(
  1,
  'the MD5 options send Content-MD5 and x-cos-meta-md5, for strings and buffers',
  async (launch) => {
    const { cos, requests } = start(launch, undefined, {
      UploadCheckContentMd5: true,
      UploadAddMetaMd5: true,
    })
    for (const Body of ['hello', new TextEncoder().encode('hello').buffer]) {
      await endOf(cos.putObject({ ...AT, Key: 'k', Body }))
    }
    return requests.map((one) => [
      headerOf(one, 'Content-MD5'),
      headerOf(one, 'x-cos-meta-md5'),
      isSignatureGood(one),
    ])
  },
  {
    right: Array(2).fill(['XUFAKrxLKna5cZ2REBfFkg==', '5d41402abc4b2a76b9719d911017c592', true]),
    wrong: Array(2).fill([undefined, undefined, true]),
  },
)

defect(
  14,
  'a form upload signs only what it sends',
  async (launch) => {
    const { cos, requests } = start(launch)
    await endOf(cos.postObject({ ...AT, Key: 'k', FilePath: 'f', Query: { a: 'b' } }))
    return requests.map((one) => isSignatureGood(one))
  },
  { right: [true], wrong: [false] },
)

defect(
  16,
  'rejects a policy that is not JSON, once, without sending it',
  async (launch) => {
    const { cos, requests } = start(launch)
    const answers: unknown[] = []
    cos.putBucketPolicy({ ...AT, Policy: '{' }, (error: unknown) => answers.push(Boolean(error)))
    await endOf(new Promise(() => {}))
    return { answers, sent: requests.length }
  },
  { right: { answers: [true], sent: 0 }, wrong: { answers: [true, false], sent: 1 } },
)

defect(
  17,
  'Protocol applies as an option and for a single URL',
  async (launch) => {
    const { cos, requests } = start(launch, undefined, { Protocol: 'http:' })
    await endOf(cos.headObject({ ...AT, Key: 'k' }))
    const { cos: other } = start(launch)
    const params = { ...AT, Key: 'k', Protocol: 'http:' }
    const called = calledBack((callback) => other.getObjectUrl(params, callback))
    await endOf(called)
    const Url = ((await called).data as Untyped)?.Url
    return [requests[0]?.url, Url].map((url) => String(url).split(':')[0])
  },
  { right: ['http', 'http'], wrong: ['https', 'https'] },
)

defect(
  18,
  'getService and requests to a Url sign host and query, and request the right scope',
  async (launch) => {
    const { cos, requests, COS } = start(launch, {
      statusCode: 200,
      data: '<ListAllMyBucketsResult></ListAllMyBucketsResult>',
    })
    await endOf(cos.getService({}))
    const url = 'https://test-1250000000.ci.ap-guangzhou.myqcloud.com/jobs?a=b'
    await endOf(cos.request({ Method: 'GET', Url: url }))
    await endOf(cos.request({ ...AT, Method: 'GET', Url: url }))
    // As in the demo of cos-wx-sdk-v5: with a Key, and still without a bucket.
    await endOf(cos.request({ Key: 'jobs', Method: 'GET', Url: url }))
    const actions: string[] = []
    const scoped = new COS({
      getAuthorization: ({ Scope }: Untyped) => void actions.push(Scope[0]?.action),
    })
    void scoped.request({ ...AT, Key: 'k', Method: 'PUT', Action: 'acl' }).catch(() => {})
    await endOf(new Promise(() => {}))
    const isQuerySigned = requests.map((one) =>
      /q-url-param-list=a&/.test(String(headerOf(one, 'Authorization'))),
    )
    return { signed: requests.map((one) => isSignatureGood(one)), isQuerySigned, actions }
  },
  {
    right: {
      signed: [true, true, true, true],
      isQuerySigned: [false, true, true, true],
      actions: ['name/cos:PutObjectACL'],
    },
    wrong: {
      signed: [false, false, false, false],
      isQuerySigned: [false, false, false, false],
      actions: [''],
    },
  },
)

const CHINESE = '<a>&#x4e2d;&#25991;</a>'
const LAUGHS = `<!DOCTYPE a [<!ENTITY b "${'x'.repeat(1000)}">]><a>${'&b;'.repeat(1000)}</a>`
defect(
  32,
  'XML: decodes numeric entities, and does not expand custom entities',
  async (launch) => {
    const { COS } = start(launch)
    const read = (xml: string): string => {
      try {
        return String(COS.util.xml2json(xml).a)
      } catch {
        return ''
      }
    }
    return { chinese: read(CHINESE), isSmall: read(LAUGHS).length <= LAUGHS.length }
  },
  {
    right: { chinese: '中文', isSmall: true },
    wrong: { chinese: '&#x4e2d;&#25991;', isSmall: false },
  },
)

defect(
  35,
  'missing referer settings are not returned as website settings, and a single replication rule is a list',
  async (launch) => {
    const referer = start(launch, notFound('NoSuchRefererConfiguration'))
    const none = await outcomeOf<Untyped>(referer.cos.getBucketReferer(AT))
    const replication = start(launch, {
      statusCode: 200,
      data: '<ReplicationConfiguration><Role>r</Role><Rule><ID>1</ID></Rule></ReplicationConfiguration>',
    })
    const one = await outcomeOf<Untyped>(replication.cos.getBucketReplication(AT))
    const value = (outcome: typeof one) => (typeof outcome === 'object' ? outcome.value : undefined)
    return {
      none: Object.keys(value(none) ?? {}).filter((name) => name.endsWith('Configuration')),
      rules: value(one)?.ReplicationConfiguration.Rules,
    }
  },
  {
    right: { none: ['RefererConfiguration'], rules: [{ ID: '1' }] },
    wrong: { none: ['WebsiteConfiguration'], rules: { ID: '1' } },
  },
)

defect(
  36,
  'rejects a response that is not a document, and a part without ETag',
  async (launch) => {
    const ends: string[] = []
    const calls: [string, object][] = [
      ['getBucketAcl', AT],
      ['getBucketLogging', AT],
      ['getBucketInventory', { ...AT, Id: 'i' }],
      ['listBucketInventory', AT],
    ]
    for (const [method, params] of calls) {
      const { cos } = start(launch, { statusCode: 200, data: '<html></html>' })
      ends.push(await endOf(cos[method](params)))
    }
    const phone = createFakePhone({
      files: { f: new Uint8Array(2 * 1024 * 1024) },
      answer: (step) => (step.startsWith('part') ? { statusCode: 200 } : undefined),
    })
    const cos = new (launch(phone.wx))(KEY)
    ends.push(await endOf(cos.sliceUploadFile({ ...AT, Key: 'k', FilePath: 'f' })))
    return ends
  },
  { right: Array(5).fill('rejects'), wrong: Array(5).fill('never settles') },
)

defect(
  39,
  'refuses keys that a phone’s network would normalise to another key',
  async (launch) => {
    const { cos, requests } = start(launch)
    const Keys = ['pub/../secret.txt', 'pub/./secret.txt', 'pub/..', 'pub/a..b/.c.txt']
    for (const Key of Keys) await endOf(cos.headObject({ ...AT, Key }))
    return requests.map((one) => isSignatureGood(one))
  },
  { right: [true], wrong: [false, false, false, true] },
)

defect(
  42,
  'decodes an error body in bytes without TextDecoder, which phones lack',
  async (launch) => {
    const data = new TextEncoder().encode('<Error><Code>NoSuchKey</Code></Error>').buffer
    const { cos } = start(launch, { ...notFound('NoSuchKey'), data })
    const saved = globalThis.TextDecoder
    delete (globalThis as { TextDecoder?: unknown }).TextDecoder
    try {
      const params = { ...AT, Key: 'k', DataType: 'arraybuffer' }
      const outcome = await outcomeOf(cos.getObject(params))
      return typeof outcome === 'string' ? outcome : outcome.error?.error.Code
    } finally {
      globalThis.TextDecoder = saved
    }
  },
  { right: 'NoSuchKey', wrong: 'never settles' },
)

defect(
  48,
  'every failure is an Error with the same fields: service, network, argument and multipart errors',
  async (launch) => {
    const denied = { ...notFound('AccessDenied'), statusCode: 403 }
    const failures = [
      await outcomeOf(start(launch, denied).cos.headObject({ ...AT, Key: 'k' })),
      await outcomeOf(start(launch, denied).cos.getBucketPolicy(AT)),
      await outcomeOf(
        start(launch, { statusCode: 0, errMsg: 'request:fail timeout' }).cos.headObject({
          ...AT,
          Key: 'k',
        }),
      ),
      await outcomeOf(start(launch).cos.headObject({ ...AT })),
      await outcomeOf(
        start(launch, denied).cos.sliceUploadFile({ ...AT, Key: 'k', FilePath: 'f' }),
      ),
    ]
    return failures.map((outcome) => {
      const error = typeof outcome === 'string' ? {} : (outcome.error ?? {})
      const { stack, code, message } = error as Untyped
      return [stack, code, message].every((one) => typeof one === 'string')
    })
  },
  { right: Array(5).fill(true), wrong: Array(5).fill(false) },
)

defect(
  50,
  'passes argument errors to the callback instead of throwing',
  async (launch) => {
    const { cos } = start(launch)
    const attempts: ((callback: (error: unknown, data: unknown) => void) => unknown)[] = [
      (callback) => cos.headObject({ ...AT, Key: 'a\ud800' }, callback),
      (callback) => cos.putObjectCopy({ ...AT, Key: 'k', CopySource: 5 }, callback),
      (callback) => cos.multipartComplete({ ...AT, Key: 'k', UploadId: 'u' }, callback),
    ]
    const ends: string[] = []
    for (const attempt of attempts) {
      const answer = calledBack(attempt)
      await endOf(answer)
      const { thrown, error } = await answer
      ends.push(thrown ? 'throws' : error ? 'calls back' : 'succeeds')
    }
    return ends
  },
  { right: Array(3).fill('calls back'), wrong: Array(3).fill('throws') },
)

defect(
  51,
  'uploads a file by PUT if its headers do not fit a form, and sets no Content-Type on a form request',
  async (launch) => {
    const { cos, requests } = start(launch)
    const at = { ...AT, Key: 'k', FilePath: 'f' }
    await endOf(cos.uploadFile({ ...at, TrafficLimit: 819200 }))
    await endOf(cos.uploadFile({ ...at, ForbidOverwrite: 'true' }))
    await endOf(cos.uploadFile({ ...at, PicOperations: '{}' }))
    await endOf(cos.uploadFile({ ...at, Headers: { 'Pic-Operations': '{}' } }))
    await endOf(cos.uploadFile({ ...at, 'x-cos-server-side-encryption': 'AES256' }))
    await endOf(cos.uploadFile({ ...at, ContentType: 'image/png' }))
    return {
      via: requests.map(({ via }) => via),
      type: headerOf(requests[5], 'Content-Type'),
      field: (requests[5]?.formData as Untyped | undefined)?.['Content-Type'],
    }
  },
  {
    right: {
      via: [...Array(5).fill('wx.request'), 'wx.uploadFile'],
      type: undefined,
      field: 'image/png',
    },
    wrong: { via: Array(6).fill('wx.uploadFile'), type: 'image/png', field: 'image/png' },
  },
)

defect(
  29,
  'a string body has progress and an MD5 like a buffer',
  async (launch) => {
    const { cos, requests } = start(launch, undefined, { UploadCheckContentMd5: true })
    const seen: Untyped[] = []
    const onProgress = (progress: Untyped) => seen.push(progress)
    await endOf(cos.putObject({ ...AT, Key: 'k', Body: 'h\u00e9llo', onProgress }))
    const { loaded, total } = seen.at(-1) ?? {}
    return { loaded, total, hasMd5: headerOf(requests[0], 'Content-MD5') !== undefined }
  },
  {
    right: { loaded: 6, total: 6, hasMd5: true },
    wrong: { loaded: undefined, total: undefined, hasMd5: false },
  },
)
