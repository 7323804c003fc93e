import { operations } from '@miniprogram-cos/protocol'
import { COS } from '../support/packedCOS'
import { type CannedAnswer, createRecordingWx } from '../support/recordingWx'
import {
  emptyDocument,
  FROZEN_NOW,
  type RecordedRequest,
  type RequestVector,
  requestVectors,
  revive,
} from '../support/vectors'

/** Recorded behaviour that is not repeated, each with its reason. */
const INTENDED: Record<string, string> = {
  'host-protocol-ignored': 'Protocol works here (defect 17)',
  'host-forcepathstyle': 'path style works again, for buckets that still accept it',
  'key-dots': 'a key that a phone’s network would fold is refused (defect 39)',
  getService: 'the host is signed (defect 18)',
  'getService-region': 'the host is signed (defect 18)',
  'getService-serviceDomain': 'the host is signed (defect 18)',
  'url-domain': 'Protocol works here (defect 17)',
  'url-tmp-expires': 'a URL is good from now on, not from the start of the key (defect 2)',
}

const isOwn = (api: string) => api in operations || api === 'request'
const vectors = requestVectors.filter(({ api, id }) => isOwn(api) && !(id in INTENDED))
const urlVectors = requestVectors.filter(
  ({ api, id }) => api === 'getObjectUrl' && !(id in INTENDED),
)

beforeEach(() => {
  jest.spyOn(Date, 'now').mockReturnValue(FROZEN_NOW)
})

afterEach(() => {
  jest.restoreAllMocks()
  delete (globalThis as { wx?: unknown }).wx
})

/** Good answers of the shape each operation expects; a wrong clock where the vector is about one. */
function answerTo({ id, api }: RequestVector, index: number): CannedAnswer {
  if (id === 'retry-skew' && index === 0) {
    return {
      statusCode: 403,
      header: { Date: new Date(FROZEN_NOW + 3_600_000).toUTCString() },
      data: '<Error><Code>RequestTimeTooSkewed</Code><Message>late</Message></Error>',
    }
  }
  return { statusCode: 200, header: { ETag: '"etag"' }, data: emptyDocument(api) }
}

/** What counts of a recorded request, comparable on both sides. */
function essence(request: RecordedRequest | Record<string, unknown>) {
  const { via, method, url, header, data, responseType, dataType, redirect, timeout } =
    request as Record<string, unknown>
  const { enableHttpDNS, httpDNSServiceId } = request as Record<string, unknown>
  return {
    via,
    method,
    url,
    header,
    data: data === '$undefined' ? undefined : data,
    responseType,
    dataType,
    redirect,
    timeout,
    enableHttpDNS,
    httpDNSServiceId,
  }
}

test.each(vectors.map((vector) => [vector.id, vector] as const))(
  'sends what cos-wx-sdk-v5 sends: %s',
  async (_, vector) => {
    const recorded = createRecordingWx((_request, index) => answerTo(vector, index))
    ;(globalThis as { wx?: unknown }).wx = recorded.wx
    const cos = new COS(revive(vector.options ?? {}) as object)
    const method = cos[vector.api as keyof COS] as unknown as (params: unknown) => Promise<unknown>
    await method.call(cos, revive(vector.params)).catch((error: Error) => {
      if (!vector.rejected) throw error
    })
    expect(recorded.requests.map(essence)).toEqual(
      (vector.requests ?? []).map((request) => essence(revive(request) as RecordedRequest)),
    )
  },
)

test.each(urlVectors.map((vector) => [vector.id, vector] as const))(
  'makes the URL that cos-wx-sdk-v5 makes: %s',
  async (_, vector) => {
    const cos = new COS(revive(vector.options ?? urlOptions()) as object)
    expect(await cos.getObjectUrl(revive(vector.params) as never)).toBe(vector.callback?.Url)
  },
)

/** The URL vectors without options of their own were recorded with the file's fixed key. */
function urlOptions(): object {
  return (requestVectors.find(({ id }) => id === 'key-plain') as RequestVector).options as object
}

test.each(
  requestVectors
    .filter(({ api }) => api === 'COS.getAuthorization')
    .map((vector) => [vector.id, vector] as const),
)('signs as COS.getAuthorization of cos-wx-sdk-v5 does: %s', (_, vector) => {
  const { authorization } = vector as unknown as { authorization: string }
  expect(authorization).toMatch(/^q-sign-algorithm=sha1&/)
  expect(COS.getAuthorization(revive(vector.params) as object)).toBe(authorization)
})

test('names an intended difference for every vector of these operations that is left out', () => {
  const left = requestVectors
    .filter(({ api }) => isOwn(api) || api === 'getObjectUrl')
    .filter((vector) => !vectors.includes(vector) && !urlVectors.includes(vector))
    .map(({ id }) => id)
  expect(left.sort()).toEqual(Object.keys(INTENDED).sort())
  expect(vectors.length + urlVectors.length).toBeGreaterThanOrEqual(45)
})
