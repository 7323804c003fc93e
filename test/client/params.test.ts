import { COS, isCosError } from 'miniprogram-cos'
import { answering, calledBack, defect, endOf, startClient } from '../support/bothClients'
import { AT } from '../support/fakePhone'
import {
  type CannedAnswer,
  createRecordingWx,
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

const OK = { statusCode: 200, header: { ETag: '"e"' } }

describe('calls that could destroy data are refused before anything is sent', () => {
  test.each<[string, (cos: COS) => Promise<unknown>, string]>([
    [
      'an abort without UploadId',
      (cos) => cos.multipartAbort({ ...AT, Key: 'a' } as never),
      'missing param UploadId',
    ],
    [
      'a part without UploadId',
      (cos) => cos.multipartUpload({ ...AT, Key: 'a', PartNumber: 1, Body: 'x' } as never),
      'missing param UploadId',
    ],
    [
      'a completion without UploadId',
      (cos) => cos.multipartComplete({ ...AT, Key: 'a', Parts: [] } as never),
      'missing param UploadId',
    ],
    [
      'an upload without content',
      (cos) => cos.putObject({ ...AT, Key: 'a' }),
      'missing param Body',
    ],
    [
      'a number as content',
      (cos) => cos.putObject({ ...AT, Key: 'a', Body: 1 as never }),
      'Body must be',
    ],
    [
      'a view as content',
      (cos) => cos.putObject({ ...AT, Key: 'a', Body: new Uint8Array(1) as never }),
      'Body must be',
    ],
    ['a slash as key', (cos) => cos.deleteObject({ ...AT, Key: '/' }), 'it is empty'],
    ['a deletion without a list of objects', (cos) => cos.deleteMultipleObject(AT as never), ''],
    [
      'a form with a header that forms cannot carry',
      (cos) => cos.postObject({ ...AT, Key: 'a', FilePath: 'f', ForbidOverwrite: 'true' }),
      'cannot send the header x-cos-forbid-overwrite',
    ],
    [
      'a form without file',
      (cos) => cos.postObject({ ...AT, Key: 'a' } as never),
      'missing param FilePath',
    ],
    [
      'a file that does not exist',
      (cos) => cos.putObject({ ...AT, Key: 'a', FilePath: '/nope' }),
      'cannot read /nope',
    ],
  ])('%s', async (_, call, message) => {
    const requests = install([OK])
    const error = await call(new COS(KEY)).catch((refusal: unknown) => refusal)
    expect(isCosError(error) && error.kind).toBe('argument')
    expect((error as Error).message).toContain(message)
    expect(requests.length).toBe(0)
  })
})

test('a named param wins over a header of the caller, whatever its spelling', async () => {
  const requests = install([OK])
  const Headers = { 'content-type': 'a/b', 'x-cos-meta-a': '1' }
  await new COS(KEY).putObject({ ...AT, Key: 'a', Body: 'x', ContentType: 'c/d', Headers })
  expect(requests[0]?.header).toMatchObject({ 'Content-Type': 'c/d', 'x-cos-meta-a': '1' })
  expect(Object.keys(requests[0]?.header as object)).not.toContain('content-type')
})

defect(
  39,
  'refuses keys that a phone’s network would normalise to another key',
  async (launch) => {
    const { cos, requests } = startClient(launch, answering())
    const Keys = ['pub/../secret.txt', 'pub/./secret.txt', 'pub/..', 'pub/a..b/.c.txt']
    for (const Key of Keys) await endOf(cos.headObject({ ...AT, Key }))
    return requests.map((one) => isSignatureValid(one))
  },
  { right: [true], wrong: [false, false, false, true] },
)

defect(
  50,
  'passes argument errors to the callback instead of throwing',
  async (launch) => {
    const { cos } = startClient(launch, answering())
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
  16,
  'rejects a policy that is not JSON, once, without sending it',
  async (launch) => {
    const { cos, requests } = startClient(launch, answering())
    const answers: unknown[] = []
    cos.putBucketPolicy({ ...AT, Policy: '{' }, (error: unknown) => answers.push(Boolean(error)))
    await endOf(new Promise(() => {}))
    return { answers, sent: requests.length }
  },
  { right: { answers: [true], sent: 0 }, wrong: { answers: [true, false], sent: 1 } },
)

defect(
  15,
  'does not modify params of the app or reuse them in the next call',
  async (launch) => {
    const { cos } = startClient(launch, { files: { f: new Uint8Array(10) } })
    const Headers = { 'x-cos-meta-a': 'b' }
    await endOf(cos.putObject({ ...AT, Key: 'k', Body: 'x', Headers, ACL: 'public-read' }))
    const Parts = [{ PartNumber: 1, ETag: 'e' }]
    await endOf(cos.multipartComplete({ ...AT, Key: 'k', UploadId: 'u', Parts }))
    const file = { ...AT, Key: 'k', FilePath: 'f', onProgress() {} }
    const before = { ...file }
    const files = [file]
    await endOf(cos.uploadFiles({ files, onProgress() {} }))
    const isFileLeft = Object.keys(file).length === Object.keys(before).length
    return {
      headers: Object.keys(Headers),
      etag: Parts[0]?.ETag,
      isFileLeft: isFileLeft && file.onProgress === before.onProgress,
    }
  },
  {
    right: { headers: ['x-cos-meta-a'], etag: 'e', isFileLeft: true },
    wrong: { headers: expect.arrayContaining(['x-cos-acl']), etag: '"e"', isFileLeft: false },
  },
)
