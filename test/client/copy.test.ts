import {
  calledBack,
  defect,
  endOf,
  outcomeOf,
  startBoth,
  startClient,
  temporaryKey,
  useFakeClock,
} from '../support/bothClients'
import { AT, MIB, type PhoneOptions } from '../support/fakePhone'
import type { Untyped } from '../support/phones'
import { headerOf, KEY } from '../support/recordingWx'

useFakeClock()

describe('CopySourceParser', () => {
  /** The requested scopes. */
  async function scopes(options: object, copy: (cos: Untyped) => Promise<unknown>) {
    const asked: Untyped[][] = []
    const getAuthorization = ({ Scope }: Untyped, callback: (answer: unknown) => void) => {
      asked.push(Scope)
      callback(temporaryKey({ ScopeLimit: true, ExpiredTime: 2_000_000_000 }))
    }
    const { ours, official } = startBoth({ getAuthorization, ...options })
    const ends: unknown[] = []
    const seen: unknown[] = []
    for (const { cos } of [ours, official]) {
      asked.length = 0
      const end = (await outcomeOf(copy(cos))) as Untyped
      ends.push(end.error?.error)
      seen.push(
        asked.map((scope) => scope.map(({ bucket, region, prefix }) => [bucket, region, prefix])),
      )
    }
    return { ends, seen }
  }

  const Bucket = 'from-1250000000'
  const reading = (source: string) => {
    const [, Region = '', Key = ''] = /^mine:([^/]+)\/(.*)$/.exec(source) ?? []
    return Key ? { Bucket, Region, Key } : null
  }

  test.each(['putObjectCopy', 'uploadPartCopy'])('reads the source of %s', async (method) => {
    const { seen, ends } = await scopes({ CopySourceParser: reading }, (cos) =>
      cos[method]({
        ...AT,
        Key: 'k',
        CopySource: 'mine:ap-beijing/a%20b',
        UploadId: 'u',
        PartNumber: 1,
      }),
    )
    expect(seen[0]).toEqual([
      [
        [Bucket, 'ap-beijing', 'a b'],
        [AT.Bucket, AT.Region, 'k'],
      ],
    ])
    expect(seen[1]).toEqual(seen[0])
    expect(ends[0]).not.toBe('CopySource format error')
  })

  test('is used by sliceCopyFile too', async () => {
    const { seen } = await scopes({ CopySourceParser: reading }, (cos) =>
      cos.sliceCopyFile({ ...AT, Key: 'k', CopySource: 'mine:ap-beijing/a%20b' }),
    )
    for (const asked of seen as unknown[][])
      expect(asked[0]).toEqual([[Bucket, 'ap-beijing', 'a b']])
  })

  test('rejects the call if it returns nothing, even for a source in the usual form', async () => {
    const { ends, seen } = await scopes({ CopySourceParser: () => null }, (cos) =>
      cos.putObjectCopy({ ...AT, Key: 'k', CopySource: `${Bucket}.cos.ap-beijing.myqcloud.com/a` }),
    )
    expect(ends).toEqual(Array(2).fill('CopySource format error'))
    expect(seen).toEqual([[], []])
  })
})

describe('CopySource', () => {
  test.each([
    's-1.evil/x',
    'media-1250000000.evil.example.com/x',
    'media-1250000000.cos.ap-guangzhou.myqcloud.com.evil.example.com/x',
    'media-1250000000.cos.ap-guangzhou.myqcloud.com',
    'https://evil.example.com/media-1250000000.cos.ap-guangzhou.myqcloud.com/x',
    'a.txt',
  ])('%s is refused before anything is sent, as by cos-wx-sdk-v5', async (CopySource) => {
    const { ours, official } = startBoth(KEY)
    for (const { cos, requests } of [ours, official]) {
      const end = await outcomeOf(cos.putObjectCopy({ ...AT, Key: 'k', CopySource }))
      const text = JSON.stringify(end, (_, value) =>
        value instanceof Error ? { ...value, message: value.message } : value,
      )
      expect(text).toContain('CopySource format error')
      expect(requests).toEqual([])
    }
  })
})

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
    const { cos, requests } = startClient(launch, { answer: copying(20 * MIB, headers) })
    await endOf(cos.sliceCopyFile({ ...AT, Key: 'k', CopySource: `${SOURCE}/a` }))
    const init = requests.find(({ url }) => String(url).endsWith('?uploads'))
    return Object.keys(headers).map((name) => headerOf(init, name))
  },
  {
    right: ['image/png', 'max-age=1', 'b', 'STANDARD_IA'],
    wrong: ['application/octet-stream', '', undefined, undefined],
  },
)

const isWholeMib = ({ loaded }: Untyped) => loaded % MIB === 0

defect(
  46,
  'a multipart copy reports numeric progress up to the full size, within WeChat’s request limit',
  async (launch) => {
    const { cos } = startClient(launch, { answer: copying(20 * MIB) }, { ProgressInterval: 0 })
    const seen: Untyped[] = []
    const onProgress = (progress: Untyped) => seen.push(progress)
    await endOf(cos.sliceCopyFile({ ...AT, Key: 'k', CopySource: `${SOURCE}/a`, onProgress }))
    const answer = copying(300 * MIB)
    const slow = startClient(launch, {
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

defect(
  28,
  'a CopySource may hold a plain percent sign, and its versionId is not part of the key',
  async (launch) => {
    const { cos, requests } = startClient(launch, { answer: copying(5) })
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
