import { loadModule } from '@miniprogram-cos/simulator'
import { calledBack, defect, endOf, type Launch } from '../../support/bothClients'
import { AT, createFakePhone, DENIED, DROP, MIB, type PhoneOptions } from '../../support/fakePhone'
import { CLIENT_FILE, loadOfficialClient, type Untyped } from '../../support/phones'
import { type CannedAnswer, headerOf, isSignatureGood, KEY } from '../../support/recordingWx'

function start(launch: Launch, given: PhoneOptions = {}, options: object = {}) {
  const phone = createFakePhone({ files: { f: new Uint8Array(2 * MIB) }, ...given })
  const COS = launch(phone.wx)
  return { ...phone, cos: new COS({ ...KEY, ...options }) }
}

const always =
  (wanted: string, canned: CannedAnswer): NonNullable<PhoneOptions['answer']> =>
  (step) =>
    step === wanted ? canned : undefined
const UPLOAD = { ...AT, Key: 'k', FilePath: 'f' }

defect(
  3,
  'signs every attempt for its host, with AutoSwitchHost too',
  async (launch) => {
    const { cos, requests } = start(
      launch,
      { answer: always('get', DROP) },
      { AutoSwitchHost: true },
    )
    await endOf(cos.getObject({ ...AT, Key: 'k' }))
    return requests.map((one) => isSignatureGood(one))
  },
  { right: Array(4).fill(true), wrong: [true, true, false, true] },
)

defect(
  4,
  'retries a few times, with delays, and only errors that can pass',
  async (launch) => {
    const failing = start(launch, { answer: always('part 1', { statusCode: 500 }) })
    await endOf(failing.cos.sliceUploadFile(UPLOAD))
    const denied = start(launch, { answer: always('part 1', DENIED) })
    await endOf(denied.cos.sliceUploadFile(UPLOAD))
    const notListed = { statusCode: 0, errMsg: 'request:fail url not in domain list:x' }
    const domain = start(launch, { answer: always('get', notListed) })
    await endOf(domain.cos.getObject({ ...AT, Key: 'k' }))
    const append = start(launch, { answer: always('post', DROP) })
    await endOf(append.cos.appendObject({ ...AT, Key: 'k', Body: 'x', Position: 0 }))
    const hasty = start(launch, { answer: always('get', { statusCode: 503 }) })
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
  7,
  'uploadFiles without files rejects',
  async (launch) => endOf(start(launch).cos.uploadFiles({})),
  { right: 'rejects', wrong: 'never settles' },
)

const SOURCE = 'test-1250000000.cos.ap-guangzhou.myqcloud.com'
/** An object of `size` bytes that can be copied in parts. */
const copying = (size: number, headers: object = {}): NonNullable<PhoneOptions['answer']> => {
  const data = '<CopyPartResult><ETag>&quot;p&quot;</ETag></CopyPartResult>'
  return (step) => {
    if (step === 'head') {
      return {
        statusCode: 200,
        header: { 'content-length': String(size), etag: '"s"', ...headers },
      }
    }
    return step.startsWith('part') ? { statusCode: 200, data } : undefined
  }
}

defect(
  11,
  'a multipart copy keeps the content type, caching, metadata and storage class of its source',
  async (launch) => {
    const headers = {
      'content-type': 'image/png',
      'cache-control': 'max-age=1',
      'x-cos-meta-a': 'b',
      'x-cos-storage-class': 'STANDARD_IA',
    }
    const { cos, requests } = start(launch, { answer: copying(20 * MIB, headers) })
    await endOf(cos.sliceCopyFile({ ...AT, Key: 'k', CopySource: `${SOURCE}/a` }))
    const init = requests.find(({ url }) => String(url).endsWith('?uploads'))
    return Object.keys(headers).map((name) => headerOf(init, name))
  },
  {
    right: ['image/png', 'max-age=1', 'b', 'STANDARD_IA'],
    wrong: ['application/octet-stream', '', undefined, undefined],
  },
)

defect(
  46,
  'a multipart copy reports numeric progress up to the full size, within WeChat’s request limit',
  async (launch) => {
    const { cos } = start(launch, { answer: copying(20 * MIB) }, { ProgressInterval: 0 })
    const seen: Untyped[] = []
    const onProgress = (progress: Untyped) => seen.push(progress)
    await endOf(cos.sliceCopyFile({ ...AT, Key: 'k', CopySource: `${SOURCE}/a`, onProgress }))
    const answer = copying(300 * MIB)
    const slow = start(launch, {
      answer: (step, ...rest) => {
        const canned = answer(step, ...rest)
        return canned && step.startsWith('part') ? { ...canned, delay: 50 } : canned
      },
    })
    void slow.cos.sliceCopyFile({ ...AT, Key: 'k', CopySource: `${SOURCE}/a` }).catch(() => {})
    await jest.advanceTimersByTimeAsync(40)
    const atOnce = slow.steps.filter((step) => step.startsWith('part')).length
    await jest.advanceTimersByTimeAsync(5000)
    return {
      isWhole: seen.some(({ loaded }) => loaded === 20 * MIB) && seen.every(isWholeMib),
      totals: [...new Set(seen.map(({ total }) => typeof total))],
      isWithinLimit: atOnce <= 10,
    }
  },
  {
    right: { isWhole: true, totals: ['number'], isWithinLimit: true },
    wrong: { isWhole: false, totals: ['string'], isWithinLimit: false },
  },
)

const isWholeMib = ({ loaded }: Untyped) => loaded % MIB === 0

defect(
  28,
  'a CopySource may hold a plain percent sign, and its versionId is not part of the key',
  async (launch) => {
    const { cos, requests } = start(launch, { answer: copying(5) })
    const ends: string[] = []
    for (const rest of ['100%.txt', 'a?versionId=v']) {
      const CopySource = `${SOURCE}/${rest}`
      for (const method of ['putObjectCopy', 'sliceCopyFile']) {
        const called = calledBack((callback) =>
          cos[method]({ ...AT, Key: 'k', CopySource }, callback),
        )
        await endOf(called)
        ends.push((await called).thrown ? 'throws' : 'calls back')
      }
    }
    const heads = requests.filter(({ method }) => method === 'HEAD')
    return { ends, heads: heads.map(({ url }) => String(url).split('.com')[1]) }
  },
  {
    right: {
      ends: Array(4).fill('calls back'),
      heads: ['/100%25.txt', '/a?versionId=v'],
    },
    wrong: {
      ends: ['throws', 'throws', 'calls back', 'calls back'],
      heads: ['/a%3FversionId%3Dv'],
    },
  },
)

defect(
  12,
  'aborts all uploads of a key, even if other keys start with it',
  async (launch) => {
    const listed = ['k1', 'k2', 'k', 'k3'].map(
      (key) => `<Upload><Key>${key}</Key><UploadId>u-${key}</UploadId></Upload>`,
    )
    const data = `<ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${listed.join('')}</ListMultipartUploadsResult>`
    const { cos, requests } = start(launch, {
      answer: (step) =>
        step === 'list uploads' ? { statusCode: 200, data } : { statusCode: 204, header: {} },
    })
    const end = await endOf(cos.abortUploadTask({ ...AT, Key: 'k', Level: 'file' }))
    const aborted = requests.filter(({ method }) => method === 'DELETE')
    return { end, aborted: aborted.map(({ url }) => String(url).split('uploadId=')[1]) }
  },
  {
    right: { end: 'resolves', aborted: ['u-k'] },
    wrong: { end: 'never settles', aborted: ['u-k'] },
  },
)

defect(
  15,
  'does not modify params of the app or reuse them in the next call',
  async (launch) => {
    const { cos } = start(launch, { files: { f: new Uint8Array(10) } })
    const Headers = { 'x-cos-meta-a': 'b' }
    await endOf(cos.putObject({ ...AT, Key: 'k', Body: 'x', Headers, ACL: 'public-read' }))
    const Parts = [{ PartNumber: 1, ETag: 'e' }]
    await endOf(cos.multipartComplete({ ...AT, Key: 'k', UploadId: 'u', Parts }))
    const file = { ...UPLOAD, onProgress() {} }
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

defect(
  19,
  'uploadFiles validates each file like uploadFile',
  async (launch) => {
    const { cos, requests } = start(launch, { files: { f: new Uint8Array(10) } })
    const files = [
      { ...UPLOAD, Key: '/a.txt' },
      { ...UPLOAD, Key: 'b.txt', Region: '' },
    ]
    await endOf(cos.uploadFiles({ files }))
    return requests.map(({ url, formData }) => [url, (formData as Untyped).key])
  },
  {
    right: [[`https://${SOURCE}/`, 'a.txt']],
    wrong: [
      [`https://${SOURCE}/`, '/a.txt'],
      ['https://test-1250000000.cos..myqcloud.com/', 'b.txt'],
    ],
  },
)

/** Properties of `wx` that are read while loading. */
function touchedBy(load: (wx: object) => void): string[] {
  const touched: string[] = []
  const { wx } = createFakePhone()
  const watching = new Proxy(wx, {
    get(target, name) {
      touched.push(String(name))
      return (target as Untyped)[String(name)]
    },
  })
  load(watching)
  return touched
}

test('43: loading accesses neither wx nor window', () => {
  expect(touchedBy((wx) => loadModule(CLIENT_FILE, { wx }))).toEqual([])
  expect(typeof loadModule(CLIENT_FILE, { wx: undefined })).toBe('function')
  const official = touchedBy((wx) => loadOfficialClient(wx))
  expect(official).toEqual(expect.arrayContaining(['getFileSystemManager', 'canIUse']))
  expect(() => loadOfficialClient(undefined)).toThrow()
})
