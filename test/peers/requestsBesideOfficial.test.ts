import fc from 'fast-check'
import { COS } from 'miniprogram-cos'
import { loadOfficialClient } from '../support/phones'
import { createRecordingWx, type RecordedRequest } from '../support/recordingWx'
import { emptyDocument } from '../support/vectors'

const NOW = 1_700_000_000_000
const KEY = { SecretId: 'AKIDexample', SecretKey: 'secret' }
const AT = { Bucket: 'test-1250000000', Region: 'ap-guangzhou' }
const FILE = new Uint8Array([1, 2, 3])

beforeAll(() => {
  jest.spyOn(Date, 'now').mockReturnValue(NOW)
})
afterAll(() => {
  jest.restoreAllMocks()
  delete (globalThis as { wx?: unknown }).wx
})

type Untyped = Record<string, (params: object) => Promise<unknown>>

/** What one client sends for a call, without what no server sees. */
async function sentBy(make: (wx: object) => Untyped, method: string, params: object) {
  const recorded = createRecordingWx(
    () => ({ statusCode: 200, header: { ETag: '"e"' }, data: emptyDocument(method) }),
    { f: FILE },
  )
  const wx = {
    ...recorded.wx,
    canIUse: () => true,
    getAppBaseInfo: () => ({ SDKVersion: '3.8.0' }),
    getDeviceInfo: () => ({}),
    getNetworkType: () => {},
    getStorageSync: () => '',
    setStorageSync: () => {},
  }
  ;(globalThis as { wx?: unknown }).wx = wx
  await (make(wx)[method] as Untyped[string])(params).catch(() => {})
  return recorded.requests.slice(0, 1).map(essence)
}

function essence({ via, method, url, header, data, formData }: RecordedRequest) {
  const sorted = Object.entries((header ?? {}) as Record<string, unknown>)
    .filter(
      ([name]) =>
        via === 'wx.request' || !['content-type', 'cache-control'].includes(name.toLowerCase()),
    )
    .map(([name, value]) => [name.toLowerCase(), String(value)])
    // A form's signature travels in the form; the official client repeats it in the header.
    .filter(([name]) => via === 'wx.request' || name !== 'authorization')
    .sort()
  return {
    via,
    method: via === 'wx.request' ? method : 'POST',
    url,
    header: sorted,
    data,
    formData: formOf(formData),
  }
}

function formOf(formData: unknown) {
  if (!formData) return undefined
  return Object.entries(formData as object)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [name, String(value)])
    .sort()
}

const ours = () => new COS(KEY) as unknown as Untyped
let official: (wx: object) => Untyped
beforeAll(() => {
  official = (wx) => new (loadOfficialClient<new (options: object) => Untyped>(wx))(KEY)
})

const key = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 15 })
  // biome-ignore lint/suspicious/noControlCharactersInRegex: characters COS does not take
  .filter((text) => !/^[/\\]/.test(text) && !/[\x00-\x1f]/.test(text) && !/^[./]+$/.test(text))
  .filter((text) => !/(?:^|\/)\.\.?(?:\/|$)/.test(text))
const text = fc.string({ unit: 'grapheme-ascii', maxLength: 10 })
const meta = fc.stringMatching(/^[a-z]{1,8}$/)

const calls: [method: string, params: fc.Arbitrary<object>][] = [
  ['headObject', fc.record({ Key: key })],
  [
    'getObject',
    fc.record({ Key: key, Query: fc.dictionary(meta, text, { noNullPrototype: true }) }),
  ],
  [
    'putObject',
    fc.record({ Key: key, Body: text, ContentType: fc.constant('a/b'), 'x-cos-meta-a': meta }),
  ],
  ['deleteObject', fc.record({ Key: key })],
  [
    'deleteMultipleObject',
    fc.record({
      Objects: fc.array(fc.record({ Key: key }), { minLength: 1, maxLength: 3 }),
      Quiet: fc.boolean(),
    }),
  ],
  [
    'postObject',
    fc.record({
      Key: key,
      FilePath: fc.constant('f'),
      ContentType: fc.constant('a/b'),
      'x-cos-meta-a': meta,
    }),
  ],
  [
    'getBucket',
    fc.record({ Prefix: key, Marker: text, MaxKeys: fc.integer({ min: 1, max: 1000 }) }),
  ],
  [
    'multipartInit',
    fc.record({
      Key: key,
      StorageClass: fc.constant('STANDARD_IA'),
      ContentType: fc.constant('a/b'),
    }),
  ],
  [
    'multipartUpload',
    fc.record({
      Key: key,
      UploadId: meta,
      PartNumber: fc.integer({ min: 1, max: 10000 }),
      Body: fc.constant('part'),
    }),
  ],
  [
    'multipartComplete',
    fc.record({
      Key: key,
      UploadId: meta,
      Parts: fc.array(fc.record({ PartNumber: fc.integer({ min: 1, max: 9 }), ETag: meta }), {
        minLength: 1,
        maxLength: 3,
      }),
    }),
  ],
  ['multipartList', fc.record({ Prefix: key, MaxUploads: fc.integer({ min: 1, max: 9 }) })],
  ['multipartListPart', fc.record({ Key: key, UploadId: meta })],
  ['multipartAbort', fc.record({ Key: key, UploadId: meta })],
]

test.each(calls)(
  '%s sends what cos-wx-sdk-v5 sends for any input',
  async (method, params) => {
    await fc.assert(
      fc.asyncProperty(params, async (generated) => {
        const given = () => JSON.parse(JSON.stringify({ ...AT, ...generated }))
        expect(await sentBy(ours, method, given())).toEqual(await sentBy(official, method, given()))
      }),
      { numRuns: 40 },
    )
  },
  60_000,
)
