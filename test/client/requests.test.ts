import { COS, type GetAuthorization, isCosError } from 'miniprogram-cos'
import { answering, defect, endOf, startClient } from '../support/bothClients'
import { AT, DENIED, DROP, type PhoneOptions } from '../support/fakePhone'
import type { Untyped } from '../support/phones'
import {
  type CannedAnswer,
  createRecordingWx,
  headerOf,
  isSignatureValid,
  KEY,
  setWx,
} from '../support/recordingWx'

afterEach(() => {
  setWx()
  jest.useRealTimers()
})

function install(answers: CannedAnswer[]) {
  const recorded = createRecordingWx(
    (_, index) => answers[Math.min(index, answers.length - 1)] as CannedAnswer,
  )
  setWx(recorded.wx)
  return recorded.requests
}

/** Runs a call to its end, skipping the retry delays. */
async function settle<T>(run: () => Promise<T>): Promise<unknown> {
  jest.useFakeTimers({ doNotFake: ['queueMicrotask', 'nextTick'] })
  const outcome = run().catch((error: unknown) => error)
  for (let i = 0; i < 5; i++) await jest.advanceTimersByTimeAsync(3000)
  return outcome
}

const OK = { statusCode: 200, header: { ETag: '"e"' } }

test('retries with delays after a dropped connection and a 5xx, and marks the retry', async () => {
  const requests = install([DROP, { statusCode: 503 }, OK])
  expect(await settle(() => new COS(KEY).getObject({ ...AT, Key: 'a' }))).toMatchObject({
    ETag: '"e"',
  })
  expect(
    requests.map(({ header }) => (header as object as Record<string, string>)['x-cos-sdk-retry']),
  ).toEqual([undefined, 'true', 'true'])
})

test('retries after a broken connection; only a call aborted by the caller is an abort', async () => {
  const requests = install([{ statusCode: 0, errMsg: 'request:fail aborted' }, OK])
  const read = () => new COS(KEY).getObject({ ...AT, Key: 'a' })
  expect(await settle(read)).toMatchObject({ ETag: '"e"' })
  expect(requests).toHaveLength(2)
  install([{ statusCode: 0, errMsg: 'request:fail abort' }])
  expect(await settle(read)).toMatchObject({ code: 'KitAborted' })
})

test('rejects with the last error after four attempts', async () => {
  const requests = install([DROP])
  expect(await settle(() => new COS(KEY).getObject({ ...AT, Key: 'a' }))).toMatchObject({
    kind: 'network',
    code: 'KitNetwork',
    error: 'request:fail errcode:-100',
  })
  expect(requests.length).toBe(4)
})

test.each<[string, CannedAnswer]>([
  [
    'a domain that is not allowed',
    { statusCode: 0, errMsg: 'request:fail url not in domain list:x' },
  ],
  ['a 403', { statusCode: 403, data: '<Error><Code>AccessDenied</Code></Error>' }],
  ['a 404', { statusCode: 404, data: '<Error><Code>NoSuchKey</Code></Error>' }],
  ['a 501', { statusCode: 501, data: '<Error><Code>NotImplemented</Code></Error>' }],
])('does not repeat %s', async (_, answer) => {
  const requests = install([answer])
  await settle(() => new COS(KEY).getObject({ ...AT, Key: 'a' }))
  expect(requests.length).toBe(1)
})

test('does not repeat an initiate request whose response was lost', async () => {
  const requests = install([DROP])
  await settle(() => new COS(KEY).multipartInit({ ...AT, Key: 'a' }))
  expect(requests.length).toBe(1)
})

test.each<[string, object, string]>([
  ['no Bucket', { Region: 'ap-guangzhou', Key: 'a' }, 'missing param Bucket'],
  ['no Region', { Bucket: 'test-1250000000', Key: 'a' }, 'missing param Region'],
  ['no Key', AT, 'missing param Key'],
  ['a bucket without APPID', { ...AT, Bucket: 'test', Key: 'a' }, 'Bucket should format as'],
  ['a region with cos.', { ...AT, Region: 'cos.ap-guangzhou', Key: 'a' }, 'leave out "cos."'],
  ['half a character in the key', { ...AT, Key: 'a\ud800' }, 'lone surrogate'],
])('rejects a call with %s before anything is sent', async (_, params, message) => {
  const requests = install([OK])
  const error = await new COS(KEY).headObject(params as never).catch((refusal: unknown) => refusal)
  expect(isCosError(error) && error.kind).toBe('argument')
  expect((error as Error).message).toContain(message)
  expect(requests.length).toBe(0)
})

test('passes error and result to a callback, and then returns undefined', async () => {
  install([OK])
  const result = await new Promise((resolve, reject) => {
    const returned = new COS(KEY).headObject({ ...AT, Key: 'a' }, (error, data) =>
      error ? reject(error) : resolve(data),
    )
    expect(returned).toBeUndefined()
  })
  expect(result).toMatchObject({ statusCode: 200, ETag: '"e"' })
  const error = await new Promise((resolve) => {
    new COS(KEY).headObject(AT as never, (failure) => resolve(failure))
  })
  expect(isCosError(error)).toBe(true)
})

describe('a call that is aborted settles with kind abort', () => {
  const abortion = { kind: 'abort', code: 'KitAborted' }

  test('before it is sent', async () => {
    const requests = install([OK])
    const early = new AbortController()
    early.abort()
    const call = new COS(KEY).headObject({ ...AT, Key: 'a', signal: early.signal })
    await expect(call).rejects.toMatchObject(abortion)
    expect(requests.length).toBe(0)
  })

  test('while the request runs', async () => {
    install([{ statusCode: 0, hangs: true }])
    const controller = new AbortController()
    const call = new COS(KEY).headObject({ ...AT, Key: 'a', signal: controller.signal })
    setTimeout(() => controller.abort(), 5)
    await expect(call).rejects.toMatchObject(abortion)
  })

  test('while the key is being fetched, and sends nothing', async () => {
    const requests = install([OK])
    const controller = new AbortController()
    let answer: (key: never) => void = () => {}
    const getAuthorization = (_: unknown, callback: (key: never) => void) => {
      answer = callback
    }
    const cos = new COS({ getAuthorization: getAuthorization as never })
    const call = cos.putObject({ ...AT, Key: 'a', Body: 'x', signal: controller.signal })
    setTimeout(() => controller.abort(), 5)
    await expect(call).rejects.toMatchObject(abortion)
    const ExpiredTime = Math.floor(Date.now() / 1000) + 1800
    answer({ TmpSecretId: 'a', TmpSecretKey: 'b', SecurityToken: 'c', ExpiredTime } as never)
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(requests.length).toBe(0)
  })

  test('in the delay between two attempts', async () => {
    install([DROP])
    const controller = new AbortController()
    const call = new COS(KEY).getObject({ ...AT, Key: 'a', signal: controller.signal })
    setTimeout(() => controller.abort(), 20)
    await expect(call).rejects.toMatchObject(abortion)
  })
})

test.each(['', '{"ok":1}', '<html></html>', '<html><ListBucketResult></html>', '<?xml'])(
  'rejects a response that is not a list, without a retry: %s',
  async (data) => {
    const requests = install([{ statusCode: 200, data }])
    const error = await settle(() => new COS(KEY).getBucket(AT))
    expect(error).toMatchObject({ kind: 'integrity', code: 'KitInvalidXml', retryable: false })
    expect(requests.length).toBe(1)
  },
)

test('retries a list whose response was truncated', async () => {
  const whole = '<?xml version="1.0"?><ListBucketResult><Name>b</Name></ListBucketResult>'
  const requests = install([
    { statusCode: 200, data: whole.slice(0, 50) },
    { statusCode: 200, data: whole },
  ])
  expect(await settle(() => new COS(KEY).getBucket(AT))).toMatchObject({ Name: 'b' })
  expect(requests.length).toBe(2)
})

describe('request requests a key that permits', () => {
  test.each<[string, object, string, string]>([
    [
      'the action of the operation table',
      { Key: 'k', Method: 'PUT', Action: 'acl' },
      'PutObjectACL',
      'k',
    ],
    ['an action derived from the method', { Key: 'k', Action: 'image_process' }, 'GetObject', 'k'],
    ['the same for a bucket', { Method: 'put', Action: 'notification' }, 'PutBucket', ''],
    ['a method that the table does not have', { Key: 'k', Method: 'POST' }, 'PostObject', 'k'],
    ['every key, if the body names them', { Method: 'POST', Action: 'delete' }, 'DeleteObject', ''],
  ])('%s', async (_, params, action, prefix) => {
    install([OK])
    const asked: unknown[] = []
    const getAuthorization: GetAuthorization = async ({ Scope }) => {
      asked.push(Scope)
      return { TmpSecretId: 'a', TmpSecretKey: 'b', SecurityToken: 'c', ExpiredTime: 2e9 }
    }
    await new COS({ getAuthorization }).request({ ...AT, ...params })
    const place = { bucket: AT.Bucket, region: AT.Region }
    expect(asked).toEqual([[{ action: `name/cos:${action}`, ...place, prefix }]])
  })
})

test('returns an object whose content looks like an error document', async () => {
  const data = '<Error><Code>Mine</Code></Error>'
  install([{ statusCode: 200, data }])
  await expect(new COS(KEY).getObject({ ...AT, Key: 'a' })).resolves.toMatchObject({ Body: data })
})

test('putObject reports progress, and a listener that throws does not break it', async () => {
  install([OK])
  const seen: number[] = []
  await new COS(KEY).putObject({
    ...AT,
    Key: 'a',
    Body: '中',
    onProgress: ({ loaded, percent }) => seen.push(loaded, percent),
  })
  await new Promise((resolve) => setTimeout(resolve, 0))
  expect(seen).toEqual([0, 0, 3, 1])
})

test.each<[string, object, string]>([
  ['a text for a number', { ChunkSize: '1' }, 'option ChunkSize must be a number'],
  ['NaN', { SliceSize: Number.NaN }, 'option SliceSize must be a number'],
  ['white space in a key', { SecretId: 'a b' }, 'option SecretId contains white space'],
])('an option with %s is refused by name', (_, options, message) => {
  expect(() => new COS(options as never)).toThrow(message)
})

test('an option that is undefined has its default', () => {
  const { options } = new COS({ ChunkSize: undefined, SliceSize: undefined } as never)
  expect([options.ChunkSize, options.SliceSize]).toEqual([1024 * 1024, 1024 * 1024])
})

test('path style puts the bucket into the path, signs it there, and warns', async () => {
  const warn = jest.spyOn(console, 'warn').mockImplementation(() => {})
  const requests = install([OK])
  await new COS({ ...KEY, ForcePathStyle: true }).headObject({ ...AT, Key: 'a b' })
  expect(requests[0]?.url).toBe('https://cos.ap-guangzhou.myqcloud.com/test-1250000000/a%20b')
  expect(warn).toHaveBeenCalledWith(expect.stringContaining('2024-01-01'))
  warn.mockRestore()
})

test('a form upload whose key contains a file name placeholder returns the real Location', async () => {
  const FilePath = 'wxfile://tmp/照片 1.jpg'
  const { wx, requests } = createRecordingWx(() => OK, { [FilePath]: new Uint8Array(3) })
  setWx(wx)
  const Key = 'dir/${filename}'
  const { Location } = await new COS(KEY).postObject({ ...AT, Key, FilePath })
  expect(Location).toBe(`${AT.Bucket}.cos.${AT.Region}.myqcloud.com/dir/%E7%85%A7%E7%89%87%201.jpg`)
  expect(requests[0]).toMatchObject({ formData: { key: Key } })
})

const always =
  (wanted: string, canned: CannedAnswer): NonNullable<PhoneOptions['answer']> =>
  (step) =>
    step === wanted ? canned : undefined

const UPLOAD = { ...AT, Key: 'k', FilePath: 'f' }

defect(
  4,
  'retries a few times, with delays, and only errors that can pass',
  async (launch) => {
    const failing = startClient(launch, { answer: always('part 1', { statusCode: 500 }) })
    await endOf(failing.cos.sliceUploadFile(UPLOAD))
    const denied = startClient(launch, { answer: always('part 1', DENIED) })
    await endOf(denied.cos.sliceUploadFile(UPLOAD))
    const notListed = { statusCode: 0, errMsg: 'request:fail url not in domain list:x' }
    const domain = startClient(launch, { answer: always('get', notListed) })
    await endOf(domain.cos.getObject({ ...AT, Key: 'k' }))
    const append = startClient(launch, { answer: always('post', DROP) })
    await endOf(append.cos.appendObject({ ...AT, Key: 'k', Body: 'x', Position: 0 }))
    const hasty = startClient(launch, { answer: always('get', { statusCode: 503 }) })
    const call = hasty.cos.getObject({ ...AT, Key: 'k' })
    call.catch(() => {})
    await jest.advanceTimersByTimeAsync(100)
    const countOf = ({ steps }: { steps: string[] }, step: string) =>
      steps.filter((one) => one === step).length
    return {
      failing: countOf(failing, 'part 1'),
      denied: countOf(denied, 'part 1'),
      domain: domain.requests.length,
      append: append.requests.length,
      inTheFirstTenth: hasty.requests.length,
    }
  },
  {
    right: { failing: 4, denied: 1, domain: 1, append: 1, inTheFirstTenth: 1 },
    wrong: { failing: 12, denied: 3, domain: 4, append: 4, inTheFirstTenth: 4 },
  },
)

defect(
  14,
  'a form upload signs only what it sends',
  async (launch) => {
    const { cos, requests } = startClient(launch, answering())
    await endOf(cos.postObject({ ...AT, Key: 'k', FilePath: 'f', Query: { a: 'b' } }))
    return requests.map((one) => isSignatureValid(one))
  },
  { right: [true], wrong: [false] },
)

defect(
  51,
  'uploads a file by PUT if its headers do not fit a form, and sets no Content-Type on a form request',
  async (launch) => {
    const { cos, requests } = startClient(launch, answering())
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
  18,
  'getService and requests to a Url sign host and query, and request the right scope',
  async (launch) => {
    const { cos, requests, COS } = startClient(
      launch,
      answering({
        statusCode: 200,
        data: '<ListAllMyBucketsResult></ListAllMyBucketsResult>',
      }),
    )
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
    return { signed: requests.map((one) => isSignatureValid(one)), isQuerySigned, actions }
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
